/**
 * A publication that comes as tags, by another way than RTMP.
 *
 * @module
 */

import { errorMessage } from "../error_message.ts";
import { ProtocolError, RtmpTimeoutError } from "../errors.ts";
import { checkTag, type FlvTag } from "../flv/flv_tag.ts";
import { TAG_TYPES } from "../flv/tag_header.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import type { RtmpMessage } from "../message/message.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../publication/publication.ts";
import { PublicationInput } from "../session/server/publication_input.ts";
import { TURNS } from "../time/turns.ts";

/** Takes the tags of one publication from their source, at the pace of those who consume it. */
export class TagPublisher {
  readonly #tags: ReadableStreamDefaultReader<FlvTag>;
  readonly #counts: ReceivedCounts;
  readonly #input: PublicationInput;
  #end: PublicationEnd | undefined;
  #reading = false;
  /** When something last came, by `performance.now()`, and how many bytes it were until then. */
  #heardAt = performance.now();
  #heardBytes = 0;

  /**
   * Begins nothing yet.
   *
   * @param counts Where the source counts the bytes that it has received.
   */
  constructor(request: StreamRequest, tags: ReadableStream<FlvTag>, counts: ReceivedCounts) {
    this.#tags = tags.getReader();
    this.#counts = counts;
    this.#input = new PublicationInput(
      request,
      counts,
      TURNS,
      (description) => this.#finish({ reason: "closed", description }),
    );
  }

  /** The publication, as the application sees it. */
  get publication(): Publication {
    return this.#input.publication;
  }

  /** For how long the source has been waited for, in milliseconds; 0 when it is we who do not read. */
  get silence(): number {
    if (!this.#reading) return 0;
    if (this.#counts.bytes !== this.#heardBytes) this.#hear();
    return performance.now() - this.#heardAt;
  }

  /** Hands on all tags; resolves when the application has taken them. It does not throw. */
  async run(): Promise<PublicationEnd> {
    try {
      while (!this.#end) {
        const tag = await this.#read();
        if (!tag) break;
        this.#counts.messages++;
        const turn = TURNS.take(tag.data.length);
        if (turn) await turn;
        await this.#input.write(toMessage(tag));
      }
      return this.#finish({ reason: "unpublished", description: "The publisher ended it" });
    } catch (error) {
      const description = errorMessage(error);
      const reason = error instanceof ProtocolError ? "failed" : "disconnected";
      return this.#finish({ reason, description, error });
    }
  }

  /** Ends the publication when its source has been silent for longer than `timeout` milliseconds. */
  checkTime(timeout: number): void {
    if (this.silence <= timeout) return;
    const error = new RtmpTimeoutError("Cannot wait any longer for the publisher to send", {
      read: `nothing for ${timeout / 1000} s`,
    });
    this.#finish({ reason: "failed", description: error.message, error });
  }

  async #read(): Promise<FlvTag | undefined> {
    this.#hear();
    this.#reading = true;
    TURNS.end();
    try {
      return (await this.#tags.read()).value;
    } finally {
      this.#reading = false;
      TURNS.begin();
    }
  }

  #hear(): void {
    this.#heardAt = performance.now();
    this.#heardBytes = this.#counts.bytes;
  }

  /** The first reason is the one that counts. */
  #finish(end: PublicationEnd): PublicationEnd {
    if (this.#end) return this.#end;
    this.#end = end;
    this.#input.end(end);
    this.#tags.cancel(end.error ?? end.description).catch(() => {});
    return end;
  }
}

/** The message that would have carried a tag. Its time is cut to 32 bits: the wire's clock wraps. */
export function toMessage(tag: FlvTag): RtmpMessage {
  const { type, timestamp, data } = checkTag(tag);
  return {
    chunkStreamId: 0,
    messageStreamId: 0,
    // The numbers of tags are those of messages.
    typeId: TAG_TYPES[type],
    timestamp: timestamp >>> 0,
    payload: data,
  };
}
