/**
 * Bytes to messages, beside a bare copy of the same bytes.
 *
 * Each iteration takes in two seconds of a 1080p60 publisher, 2.2 MB, in pieces of 64 KiB. MB/s are
 * those megabytes by the time of an iteration.
 *
 * @module
 */

import { ChunkDecoder } from "../src/chunk/chunk_decoder.ts";
import { RtmpChunkDecoderStream } from "../src/chunk/chunk_decoder_stream.ts";
import { RtmpMessageDecoderStream } from "../src/message/message_decoder_stream.ts";
import { FlvTagStream } from "../src/flv/tag_stream.ts";
import { pieces, size } from "./material.ts";

for (const chunkSize of [128, 4096, 65_536]) {
  const input = pieces(chunkSize);
  const megabytes = (size(input) / 1e6).toFixed(1);
  const group = `chunk size ${chunkSize}, ${megabytes} MB`;

  Deno.bench("bare copy", { group, baseline: true }, () => {
    for (const piece of input) new Uint8Array(piece.length).set(piece);
  });

  Deno.bench("chunk headers alone", { group }, () => {
    const decoder = new ChunkDecoder({ chunkSize });
    for (const piece of input) decoder.decode(piece, () => {});
  });

  Deno.bench("two stages, to messages", { group }, async () => {
    const messages = ReadableStream.from(input)
      .pipeThrough(new RtmpChunkDecoderStream({ chunkSize }))
      .pipeThrough(new RtmpMessageDecoderStream());
    for await (const _ of messages);
  });

  Deno.bench("three stages, to tags", { group }, async () => {
    const tags = ReadableStream.from(input)
      .pipeThrough(new RtmpChunkDecoderStream({ chunkSize }))
      .pipeThrough(new RtmpMessageDecoderStream())
      .pipeThrough(new FlvTagStream());
    for await (const _ of tags);
  });
}
