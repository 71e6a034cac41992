/**
 * The first stage of the pipeline: bytes to chunks.
 *
 * @module
 */

import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import { borrowing } from "../pipeline/transformer.ts";
import type { RtmpChunk } from "./chunk.ts";
import { ChunkDecoder } from "./chunk_decoder.ts";
import type { RtmpChunkDecoderOptions } from "./decoder_options.ts";

/**
 * Decodes the bytes of a connection after its handshake into chunks (RTMP 1.0, section 5.3). It
 * emits one array for each piece of input, so that small chunks do not cost a stream operation
 * each.
 *
 * Invalid input errors the stream with an `RtmpChunkError`, and input that exceeds a limit with an
 * `RtmpLimitError`. The reader first gets all earlier chunks. Input that ends inside a chunk is not
 * an error.
 *
 * @example
 * ```ts
 * import { RtmpChunkDecoderStream } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * // Window Acknowledgement Size: type 0, chunk stream 2, 4 bytes, message type 5.
 * const bytes = Uint8Array.of(2, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 38, 37, 160);
 * const chunks = ReadableStream.from([bytes.subarray(0, 7), bytes.subarray(7)])
 *   .pipeThrough(new RtmpChunkDecoderStream());
 * const [chunk] = (await Array.fromAsync(chunks)).flat();
 * assertEquals(chunk?.typeId, 5);
 * assertEquals(chunk?.payload, Uint8Array.of(0, 38, 37, 160));
 * ```
 */
export class RtmpChunkDecoderStream extends OrderedTransformStream<ByteSource, RtmpChunk[]> {
  readonly #decoder: ChunkDecoder;

  /**
   * Makes the stage, for bytes that begin after the handshake.
   *
   * @throws {RangeError} If the chunk size or a limit is not a whole number in its range.
   */
  constructor(options: RtmpChunkDecoderOptions = {}) {
    const decoder = new ChunkDecoder(options);
    super(borrowing({
      transform(source, emit) {
        const bytes = toBytes(source, "chunks");
        const chunks: RtmpChunk[] = [];
        try {
          decoder.decode(bytes, (chunk) => void chunks.push(chunk));
        } finally {
          if (chunks.length > 0) emit(chunks);
        }
      },
      flush: () => decoder.end(),
      cancel: () => decoder.end(),
    }));
    this.#decoder = decoder;
  }

  /**
   * The most bytes in partial messages. It can be changed at any time, for example when a peer has
   * authenticated.
   *
   * @throws {RangeError} If it is set to anything but a whole number of 1 or more.
   */
  get maxPartialBytes(): number {
    return this.#decoder.maxPartialBytes;
  }

  set maxPartialBytes(bytes: number) {
    this.#decoder.maxPartialBytes = bytes;
  }
}
