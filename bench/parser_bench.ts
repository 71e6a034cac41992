/**
 * Bytes to chunks, messages and tags: each stage alone, all of them piped, and without a stream
 * between as the server reads.
 *
 * An iteration takes in two seconds of a publisher. The limits are a copy of the same bytes, and
 * the same pieces through a stream that does nothing. Node-Media-Server's parser is measured when
 * `deno task bench:peers` has installed it.
 *
 * @module
 */

import type { RtmpChunk } from "../src/chunk/chunk.ts";
import { ChunkDecoder } from "../src/chunk/chunk_decoder.ts";
import { RtmpChunkDecoderStream } from "../src/chunk/chunk_decoder_stream.ts";
import { FlvTagStream } from "../src/flv/tag_stream.ts";
import { MessageDecoder } from "../src/message/message_decoder.ts";
import { RtmpMessageDecoderStream } from "../src/message/message_decoder_stream.ts";
import { SinkStream } from "../src/pipeline/sink_stream.ts";
import type { Puller, Source } from "../src/pipeline/source.ts";
import { SourceStream } from "../src/pipeline/source_stream.ts";
import { drain, megabytes, messages, pieces } from "./material.ts";
import { loadNmsParser } from "./nms_parser.ts";

/** The largest read of the server. */
const READ = 256 * 1024;

const memory = new Uint8Array(READ);
const nmsParser = await loadNmsParser();

for (const pace of ["flood", "live"] as const) {
  for (const chunkSize of [128, 4096, 65_536]) measure(pace, chunkSize);
}

function measure(pace: "flood" | "live", chunkSize: number): void {
  const input = pieces(chunkSize, pace);
  const chunks = chunksOf(input, chunkSize);
  const group = `${pace} in chunks of ${chunkSize}, ${megabytes(input)}`;

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
    for (const chunk of chunks) decoder.decode(chunk);
  });

  Deno.bench("chunks, messages, no stream", { group }, () => {
    const chunks = new ChunkDecoder({ chunkSize });
    const messages = new MessageDecoder();
    const toMessages = (chunk: RtmpChunk) => void messages.decode(chunk);
    for (const piece of input) chunks.decode(piece, toMessages);
  });

  Deno.bench("chunks, messages, as the server reads", { group }, async () => {
    await new SourceStream(new PieceReader(input))
      .pipeThrough(new RtmpChunkDecoderStream({ chunkSize, coalesce: true }))
      .pipeThrough(new RtmpMessageDecoderStream())
      .pipeTo(new SinkStream({ write() {} }));
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

  if (!nmsParser) return;
  Deno.bench("Node-Media-Server's parser", { group }, () => nmsParser(input, chunkSize));
}

const all = messages();
const group = `tags of ${all.length} messages`;

Deno.bench("limit: pass-through stream", { group, baseline: true }, async () => {
  await drain(ReadableStream.from(all).pipeThrough(new TransformStream()));
});

Deno.bench("tags", { group }, async () => {
  await drain(ReadableStream.from(all).pipeThrough(new FlvTagStream()));
});

/** Gives pieces as a socket does: in memory that takes the next ones too. */
class PieceReader implements Source<Uint8Array> {
  readonly #pieces: Iterator<Uint8Array>;

  constructor(pieces: Uint8Array[]) {
    this.#pieces = pieces.values();
  }

  pull(puller: Puller<Uint8Array>): void {
    queueMicrotask(() => {
      const { done, value } = this.#pieces.next();
      if (!done) {
        memory.set(value);
        puller.receive(memory.subarray(0, value.length));
      }
      puller.endStep(!done);
    });
  }

  cancel(): void {}
}

function chunksOf(input: Uint8Array[], chunkSize: number): RtmpChunk[] {
  const all: RtmpChunk[] = [];
  const decoder = new ChunkDecoder({ chunkSize });
  for (const piece of input) {
    decoder.decode(piece, (chunk) => void all.push(chunk));
  }
  return all;
}
