/**
 * Bytes to chunks, messages and tags: each stage alone, and all of them piped.
 *
 * An iteration takes in two seconds of a publisher. The limits are a copy of the same bytes, and
 * the same pieces through a stream that does nothing.
 *
 * @module
 */

import type { RtmpChunk } from "../src/chunk/chunk.ts";
import { ChunkDecoder } from "../src/chunk/chunk_decoder.ts";
import { RtmpChunkDecoderStream } from "../src/chunk/chunk_decoder_stream.ts";
import { FlvTagStream } from "../src/flv/tag_stream.ts";
import { MessageDecoder } from "../src/message/message_decoder.ts";
import { RtmpMessageDecoderStream } from "../src/message/message_decoder_stream.ts";
import { drain, megabytes, messages, pieces } from "./material.ts";

for (const chunkSize of [128, 4096, 65_536]) {
  const input = pieces(chunkSize);
  const chunks = await Array.fromAsync(
    ReadableStream.from(input).pipeThrough(new RtmpChunkDecoderStream({ chunkSize })),
  );
  const group = `chunks of ${chunkSize}, ${megabytes(input)}`;

  Deno.bench("limit: copy", { group, baseline: true }, () => {
    for (const piece of input) new Uint8Array(piece.length).set(piece);
  });

  Deno.bench("limit: pass-through stream", { group }, async () => {
    await drain(ReadableStream.from(input).pipeThrough(new TransformStream()));
  });

  Deno.bench("chunks, no stream", { group }, () => {
    const decoder = new ChunkDecoder({ chunkSize });
    for (const piece of input) decoder.decode(piece, () => {});
  });

  Deno.bench("messages of chunks, no stream", { group }, () => {
    const decoder = new MessageDecoder();
    for (const batch of chunks) decodeAll(decoder, batch);
  });

  Deno.bench("chunks", { group }, async () => {
    await drain(
      ReadableStream.from(input).pipeThrough(new RtmpChunkDecoderStream({ chunkSize })),
    );
  });

  Deno.bench("chunks, messages", { group }, async () => {
    await drain(
      ReadableStream.from(input)
        .pipeThrough(new RtmpChunkDecoderStream({ chunkSize }))
        .pipeThrough(new RtmpMessageDecoderStream()),
    );
  });

  Deno.bench("chunks, messages, tags", { group }, async () => {
    await drain(
      ReadableStream.from(input)
        .pipeThrough(new RtmpChunkDecoderStream({ chunkSize }))
        .pipeThrough(new RtmpMessageDecoderStream())
        .pipeThrough(new FlvTagStream()),
    );
  });
}

const all = messages();
const group = `tags of ${all.length} messages`;

Deno.bench("limit: pass-through stream", { group, baseline: true }, async () => {
  await drain(ReadableStream.from(all).pipeThrough(new TransformStream()));
});

Deno.bench("tags", { group }, async () => {
  await drain(ReadableStream.from(all).pipeThrough(new FlvTagStream()));
});

function decodeAll(decoder: MessageDecoder, batch: RtmpChunk[]): void {
  for (const chunk of batch) decoder.decode(chunk);
}
