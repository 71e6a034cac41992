/**
 * The input of a publication that arrives as RTMP messages.
 *
 * @module
 */

import { splitAggregate } from "../../flv/aggregate.ts";
import type { FlvTagType } from "../../flv/flv_tag.ts";
import { FlvTagStream, normalizeDataMessage } from "../../flv/tag_stream.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../../publication/publication.ts";
import { TIME_SLICE } from "../../time/time_slice.ts";
import { PublicationInput } from "./publication_input.ts";

/** The types of tags, by those of the messages that carry them. */
const TAG_TYPES: ReadonlyMap<number, FlvTagType> = new Map([
  [MessageType.Audio, "audio"],
  [MessageType.Video, "video"],
  [MessageType.DataAmf0, "script"],
  [MessageType.DataAmf3, "script"],
]);

/** Passes the messages of a message stream to its publication. */
export class MessageInput {
  readonly #input: PublicationInput<RtmpMessage>;
  readonly #counts: ReceivedCounts;

  /** @param close Called when the application ends the publication. */
  constructor(
    request: StreamRequest,
    counts: ReceivedCounts,
    close: (reason: string) => void,
  ) {
    const stage = (onTag: () => void) => new FlvTagStream({ onTag });
    this.#input = new PublicationInput(request, counts, stage, close);
    this.#counts = counts;
  }

  /** The publication, as the application sees it. */
  get publication(): Publication {
    return this.#input.publication;
  }

  /**
   * Passes on a message. Returns a promise if the application has to be waited for. Aggregates are
   * split here, so that each frame in them is counted as received.
   */
  write(message: RtmpMessage): Promise<void> | undefined {
    if (message.typeId !== MessageType.Aggregate) return this.#write(message);
    return this.#writeParts(splitAggregate(message));
  }

  /** Ends the stream of tags after the last written message. */
  end(end: PublicationEnd): void {
    this.#input.end(end);
  }

  async #writeParts(parts: Generator<RtmpMessage, boolean, void>): Promise<void> {
    let next = parts.next();
    for (; !next.done; next = parts.next()) {
      const pause = TIME_SLICE.yieldIfSpent(next.value.payload.length);
      if (pause) await pause;
      await this.#write(next.value);
    }
    if (!next.value) this.#counts.discard("malformed");
  }

  #write(received: RtmpMessage): Promise<void> | undefined {
    const type = TAG_TYPES.get(received.typeId);
    if (type === undefined) return void this.#counts.discard("unknown-type");
    const item = normalizeDataMessage(received);
    return this.#input.write({ item, type, data: item.payload });
  }
}
