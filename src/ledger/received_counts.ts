/**
 * What one connection has received, counted by the stages it passes.
 *
 * @module
 */

/** Why something that arrived was never a whole message or never became a tag. */
export type DiscardReason =
  /** The sender took it back with an Abort message. */
  | "aborted-message"
  /** The input ended inside a chunk. */
  | "incomplete-chunk"
  /** The input ended, or the chunk layer broke, inside it. */
  | "incomplete-message"
  /** Its body could not be read. */
  | "malformed"
  /** Its metadata could not be read; it was passed on as it is. */
  | "malformed-metadata"
  /** Its metadata has more bytes or values than are read; it was passed on as it is. */
  | "oversize-metadata"
  /** It is about a shared object, which we do not keep. */
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
  /** Bytes that came in, the handshake included. */
  bytes = 0;
  /** Whole chunks. */
  chunks = 0;
  /** Whole messages. */
  messages = 0;
  /**
   * Messages on a message stream that publishes nothing, taken for the only one that does: some
   * encoders name another than they publish on.
   */
  misaddressed = 0;
  /** Messages that ended before they became something, by reason. */
  readonly discarded: Partial<Record<DiscardReason, number>> = {};

  /** Counts a message that will not become anything. */
  discard(reason: DiscardReason): void {
    this.discarded[reason] = (this.discarded[reason] ?? 0) + 1;
  }
}
