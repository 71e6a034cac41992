/**
 * Counts of what one connection has received, kept by each stage.
 *
 * @module
 */

/** Why received data did not become a whole message, or a message did not become a tag. */
export type DiscardReason =
  /** The sender cancelled it with an Abort message. */
  | "aborted-message"
  /** The input ended inside a chunk. */
  | "incomplete-chunk"
  /** The input ended, or chunk decoding failed, inside it. */
  | "incomplete-message"
  /** Its body could not be parsed. */
  | "malformed"
  /** Its metadata could not be parsed; it was passed on unchanged. */
  | "malformed-metadata"
  /** Its metadata has more bytes or values than are parsed; it was passed on unchanged. */
  | "oversize-metadata"
  /** It is about a shared object, which is not supported. */
  | "shared-object"
  /** Its type is unknown. */
  | "unknown-type"
  /** It belongs to a message stream on which nothing is published. */
  | "unpublished";

/**
 * Bytes, chunks and messages of one connection; each stage adds to its own number.
 *
 * @example
 * ```ts
 * import { ReceivedCounts, RtmpChunkDecoderStream, RtmpMessageDecoderStream } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const counts = new ReceivedCounts();
 * const bytes = Uint8Array.of(2, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 38, 37, 160);
 * await ReadableStream.from([bytes])
 *   .pipeThrough(new RtmpChunkDecoderStream({ counts }))
 *   .pipeThrough(new RtmpMessageDecoderStream({ counts }))
 *   .pipeTo(new WritableStream());
 * assertEquals([counts.bytes, counts.chunks, counts.messages], [16, 1, 1]);
 * ```
 */
export class ReceivedCounts {
  /** Received bytes, including the handshake. */
  bytes = 0;
  /** Whole chunks. */
  chunks = 0;
  /** Whole messages. */
  messages = 0;
  /**
   * Messages on a message stream that publishes nothing, which were added to the only one that does:
   * some encoders send media on another message stream than they publish on.
   */
  misaddressed = 0;
  /** Messages that were discarded before they became tags, by reason. */
  readonly discarded: Partial<Record<DiscardReason, number>> = {};

  /** Counts a discarded message. */
  discard(reason: DiscardReason): void {
    this.discarded[reason] = (this.discarded[reason] ?? 0) + 1;
  }
}
