/**
 * Both stages of decoding, as loops and as streams, with everything that can be seen of them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RtmpChunk } from "../../src/chunk/chunk.ts";
import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import { RtmpChunkDecoderStream } from "../../src/chunk/chunk_decoder_stream.ts";
import type { RtmpChunkDecoderOptions } from "../../src/chunk/decoder_options.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { MessageDecoder } from "../../src/message/message_decoder.ts";
import { RtmpMessageDecoderStream } from "../../src/message/message_decoder_stream.ts";
import { everyCutting } from "./cuts.ts";
import { type Outcome, readAll } from "./streams.ts";

/** What a decoder made of its bytes. */
export interface Decoded {
  chunks: RtmpChunk[];
  messages: RtmpMessage[];
  error: unknown;
  counts: ReceivedCounts;
}

/** Runs the two decoders over parts of bytes, as loops. */
export function decodeParts(
  parts: Iterable<Uint8Array>,
  options: RtmpChunkDecoderOptions = {},
): Decoded {
  const counts = new ReceivedCounts();
  const chunkDecoder = new ChunkDecoder({ ...options, counts });
  const messageDecoder = new MessageDecoder({ counts });
  const chunks: RtmpChunk[] = [];
  const messages: RtmpMessage[] = [];
  let error: unknown;
  try {
    for (const part of parts) {
      chunkDecoder.decode(part, (chunk) => {
        chunks.push(chunk);
        const message = messageDecoder.decode(chunk);
        if (message) messages.push(message);
      });
    }
  } catch (thrown) {
    error = thrown;
  }
  chunkDecoder.end();
  messageDecoder.end();
  return { chunks, messages, error, counts };
}

/** Runs the two stages over parts of bytes, as streams. */
export function decodeStreams(
  parts: Iterable<Uint8Array>,
  options: RtmpChunkDecoderOptions = {},
): Promise<Outcome<RtmpMessage>> {
  const messages = ReadableStream.from(parts)
    .pipeThrough(new RtmpChunkDecoderStream(options))
    .pipeThrough(new RtmpMessageDecoderStream(options.counts ? { counts: options.counts } : {}));
  return readAll(messages);
}

/**
 * Decodes bytes whole, byte by byte, in two at every place and at random places, with chunks as they
 * come and joined, makes sure that it is all the same, and returns it.
 */
export function decodeEveryWay(
  bytes: Uint8Array | number[],
  options: RtmpChunkDecoderOptions = {},
): Decoded {
  const all = Uint8Array.from(bytes);
  const decoded = decodeParts([all], options);
  for (const { name, parts } of everyCutting(all)) {
    assertSame(decodeParts(parts, options), decoded, name);
    // What is joined is written to.
    const copies = parts.map((part) => part.slice());
    assertSame(decodeParts(copies, { ...options, coalesce: true }), decoded, `${name}, joined`);
  }
  return decoded;
}

function assertSame({ messages, error, counts }: Decoded, expected: Decoded, name: string): void {
  assertEquals(messages, expected.messages, name);
  assertEquals(`${error}`, `${expected.error}`, name);
  // How many bytes came with those that broke the layer is a matter of the cutting.
  if (expected.error) counts.bytes = expected.counts.bytes;
  assertEquals(counts, expected.counts, name);
}
