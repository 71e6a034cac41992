/**
 * The encoding stage: messages to bytes.
 *
 * @module
 */

import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import { borrowing } from "../pipeline/transformer.ts";
import type { RtmpMessage } from "./message.ts";
import { MessageEncoder, type RtmpMessageEncoderOptions } from "./message_encoder.ts";

/**
 * Encodes messages as the bytes of a connection after its handshake: one array for each message,
 * split into chunks (RTMP 1.0, section 5.3). A Set Chunk Size message sets the size of all later
 * chunks. A message that no peer could read errors the stream with an `RtmpMessageError`: one over
 * 16,777,215 bytes, on a chunk stream that is not from 2 to 65599, or with a chunk size that is not
 * from 1 to 2^31 - 1.
 *
 * @example
 * ```ts
 * import { RtmpChunkDecoderStream, RtmpMessageDecoderStream } from "@sluice/rtmp";
 * import { type RtmpMessage, RtmpMessageEncoderStream } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const message: RtmpMessage = {
 *   chunkStreamId: 4,
 *   messageStreamId: 1,
 *   typeId: 9,
 *   timestamp: 40,
 *   payload: new Uint8Array(1000).fill(7),
 * };
 * const again = ReadableStream.from([message])
 *   .pipeThrough(new RtmpMessageEncoderStream())
 *   .pipeThrough(new RtmpChunkDecoderStream())
 *   .pipeThrough(new RtmpMessageDecoderStream());
 * assertEquals(await Array.fromAsync(again), [message]);
 * ```
 */
export class RtmpMessageEncoderStream
  extends OrderedTransformStream<RtmpMessage, Uint8Array<ArrayBuffer>> {
  /**
   * Makes the stage.
   *
   * @throws {RangeError} If the chunk size is not a whole number from 1 to 2^31 - 1.
   */
  constructor(options: RtmpMessageEncoderOptions = {}) {
    const encoder = new MessageEncoder(options);
    super(borrowing({ transform: (message, emit) => emit(encoder.encode(message)) }));
  }
}
