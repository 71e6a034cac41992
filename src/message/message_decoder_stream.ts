/**
 * The second stage of the pipeline: chunks to messages.
 *
 * @module
 */

import { describe } from "../check_option.ts";
import type { RtmpChunk } from "../chunk/chunk.ts";
import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import { borrowing } from "../pipeline/transformer.ts";
import type { RtmpMessage } from "./message.ts";
import { MessageDecoder, type RtmpMessageDecoderOptions } from "./message_decoder.ts";

/**
 * Assembles chunks to whole messages, in the order in which they are completed (RTMP 1.0, section
 * 6.1). Control messages are emitted like all others.
 *
 * An error of the stage before reaches the reader after all earlier messages, however slowly it
 * reads. Partial messages at the end of the input are counted, and are not an error.
 *
 * @example
 * ```ts
 * import { RtmpChunkDecoderStream, RtmpMessageDecoderStream } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = Uint8Array.of(2, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 38, 37, 160);
 * const messages = ReadableStream.from([bytes])
 *   .pipeThrough(new RtmpChunkDecoderStream())
 *   .pipeThrough(new RtmpMessageDecoderStream());
 * for await (const message of messages) assertEquals(message.typeId, 5);
 * ```
 */
export class RtmpMessageDecoderStream extends OrderedTransformStream<RtmpChunk[], RtmpMessage> {
  /** Makes the stage. */
  constructor(options: RtmpMessageDecoderOptions = {}) {
    const decoder = new MessageDecoder(options);
    super(borrowing({
      transform(chunks, emit) {
        if (!Array.isArray(chunks)) {
          throw new TypeError(
            `Cannot read ${describe(chunks)} as chunks: expected an array of RtmpChunk`,
          );
        }
        for (const chunk of chunks) {
          const message = decoder.decode(chunk);
          if (message) emit(message);
        }
        decoder.reportMemory();
      },
      flush: () => decoder.end(),
      cancel: () => decoder.end(),
    }));
  }
}
