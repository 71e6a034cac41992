/**
 * A publication that did not arrive over RTMP, but as a stream of tags.
 *
 * @module
 */

import { errorMessage } from "../error_message.ts";
import { ProtocolError, RtmpTimeoutError } from "../errors.ts";
import { checkTag, type FlvTag } from "../flv/flv_tag.ts";
import { stripSetDataFrame } from "../flv/tag_stream.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../publication/publication.ts";
import { PublicationInput, type Published } from "../session/server/publication_input.ts";
import { waitedSince } from "../time/standstill.ts";
import { TIME_SLICE } from "../time/time_slice.ts";

/** Reads the tags of one publication from their source, at the pace of the application. */
export class ExternalPublication {
  readonly #tags: ReadableStreamDefaultReader<FlvTag>;
  readonly #counts: ReceivedCounts;
  readonly #input: PublicationInput<FlvTag>;
  #end: PublicationEnd | undefined;
  #reading = false;
  /** When the source last sent bytes, by `performance.now()`, and its byte count then. */
  #lastBytesAt = performance.now();
  #lastByteCount = 0;

  /**
   * Prepares a publication; `run` begins it.
   *
   * @param counts The counts in which the source counts its received bytes.
   */
  constructor(request: StreamRequest, tags: ReadableStream<FlvTag>, counts: ReceivedCounts) {
    this.#tags = tags.getReader();
    this.#counts = counts;
    this.#input = new PublicationInput(
      request,
      counts,
      countTags,
      (description) => this.#finish({ reason: "closed", description }),
    );
  }

  /** The publication, as the application sees it. */
  get publication(): Publication {
    return this.#input.publication;
  }

  /** How long the server has waited for the source, in milliseconds; 0 while it does not read. */
  get silence(): number {
    if (!this.#reading) return 0;
    if (this.#counts.bytes !== this.#lastByteCount) this.#noteBytes();
    return waitedSince(this.#lastBytesAt);
  }

  /** Delivers all tags; resolves when the application has received them. It does not throw. */
  async run(): Promise<PublicationEnd> {
    try {
      while (!this.#end) {
        const tag = await this.#read();
        if (!tag) break;
        this.#counts.messages++;
        const turn = TIME_SLICE.yieldIfSpent(tag.data.length);
        if (turn) await turn;
        await this.#input.write(normalized(tag));
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
    this.#noteBytes();
    this.#reading = true;
    TIME_SLICE.stop();
    try {
      return (await this.#tags.read()).value;
    } finally {
      this.#reading = false;
      TIME_SLICE.start();
    }
  }

  #noteBytes(): void {
    this.#lastBytesAt = performance.now();
    this.#lastByteCount = this.#counts.bytes;
  }

  /** Ends the publication. Only the first reason counts. */
  #finish(end: PublicationEnd): PublicationEnd {
    if (this.#end) return this.#end;
    this.#end = end;
    this.#input.end(end);
    this.#tags.cancel(end.error ?? end.description).catch(() => {});
    return end;
  }
}

/** A stage that only counts tags. */
function countTags(onTag: () => void): OrderedTransformStream<FlvTag, FlvTag> {
  return new OrderedTransformStream({
    transform(tag, emit) {
      onTag();
      emit(tag);
    },
  });
}

/** A tag with a timestamp in whole milliseconds, and with script data as in a file. */
function normalized(tag: FlvTag): Published<FlvTag> {
  const { type, timestamp, data: given } = checkTag(tag);
  const data = type === "script" ? stripSetDataFrame(given) : given;
  return { item: { type, timestamp: Math.trunc(timestamp), data }, type, data };
}
