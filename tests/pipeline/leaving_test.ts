/**
 * What memory items have when they leave a pipeline: a stage or a sink of ours gets them where they
 * lie, everything else gets memory that is its own.
 *
 * @module
 */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { RtmpChunk } from "../../src/chunk/chunk.ts";
import { RtmpChunkDecoderStream } from "../../src/chunk/chunk_decoder_stream.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { RtmpMessageDecoderStream } from "../../src/message/message_decoder_stream.ts";
import { leaving } from "../../src/pipeline/leaving.ts";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import { SinkStream } from "../../src/pipeline/sink_stream.ts";
import type { Puller, Source } from "../../src/pipeline/source.ts";
import { SourceStream } from "../../src/pipeline/source_stream.ts";
import { filled } from "../support/bytes.ts";
import { chunkBytes } from "../support/chunk_bytes.ts";
import { turns } from "../support/streams.ts";

/** Three messages of a chunk each. */
const READS = [1, 2, 3].map((id) =>
  Uint8Array.from(
    chunkBytes({ format: 0, chunkStreamId: 4, typeId: 9, payload: filled(100, id) }),
  )
);

/** Gives its reads in one piece of memory, as a socket does. */
class ReusingSource implements Source<Uint8Array> {
  readonly memory = new Uint8Array(1000);
  readonly #reads = [...READS];

  pull(puller: Puller<Uint8Array>): void {
    const read = this.#reads.shift();
    if (read) {
      this.memory.fill(0xee).set(read);
      puller.receive(this.memory.subarray(0, read.length));
    }
    puller.endStep(read !== undefined);
  }

  cancel(): void {}
}

/** A stage of a program, which knows nothing of views. */
function programsOwn(): OrderedTransformStream<Uint8Array, Uint8Array> {
  return new OrderedTransformStream({
    async transform(item, emit) {
      await turns(1);
      emit(item);
    },
  });
}

/** The pipeline up to each of its joints, and the bytes of what comes out there. */
const JOINTS: Record<string, {
  readable: (source: ReusingSource) => ReadableStream;
  bytesOf: (item: unknown) => Uint8Array[];
}> = {
  "bytes": {
    readable: (source) => new SourceStream(source),
    bytesOf: (item) => [item as Uint8Array],
  },
  "bytes after a stage that passes them on": {
    readable: (source) => new SourceStream<Uint8Array>(source).pipeThrough(programsOwn()),
    bytesOf: (item) => [item as Uint8Array],
  },
  "chunks": {
    readable: (source) => new SourceStream(source).pipeThrough(new RtmpChunkDecoderStream()),
    bytesOf: (item) => (item as RtmpChunk[]).map(({ payload }) => payload),
  },
  "messages": {
    readable: (source) =>
      new SourceStream(source)
        .pipeThrough(new RtmpChunkDecoderStream())
        .pipeThrough(new RtmpMessageDecoderStream()),
    bytesOf: (item) => [(item as RtmpMessage).payload],
  },
};

/** The ways in which a reader that is none of ours takes items. */
const WAYS: Record<string, (readable: ReadableStream) => Promise<unknown[]>> = {
  async getReader(readable) {
    const items: unknown[] = [];
    const reader = readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return items;
      items.push(value);
    }
  },
  iteration: (readable) => Array.fromAsync(readable),
  async tee(readable) {
    const [one, other] = readable.tee();
    const [items] = await Promise.all([Array.fromAsync(one), Array.fromAsync(other)]);
    return items!;
  },
  "a pipe through another stage": (readable) =>
    Array.fromAsync(readable.pipeThrough(new TransformStream())),
  async "a pipe to another sink"(readable) {
    const items: unknown[] = [];
    await readable.pipeTo(
      new WritableStream({
        async write(item) {
          await turns(1);
          items.push(item);
        },
      }),
    );
    return items;
  },
};

for (const [what, { readable, bytesOf }] of Object.entries(JOINTS)) {
  const expected = READS.map((read) => what.startsWith("bytes") ? read : read.subarray(12));

  for (const [way, read] of Object.entries(WAYS)) {
    Deno.test(`${what} that leave by ${way} have exactly their bytes in memory`, async () => {
      const source = new ReusingSource();
      const bytes = (await read(readable(source))).flatMap(bytesOf);
      assertEquals(bytes, expected);
      for (const { buffer, byteLength } of bytes) assertEquals(buffer.byteLength, byteLength);
      assertEquals(new Set(bytes.map(({ buffer }) => buffer)).size, bytes.length);
    });
  }

  Deno.test(`a sink of ours takes ${what} where they lie`, async () => {
    const source = new ReusingSource();
    const seen: Uint8Array[] = [];
    const buffers = new Set<ArrayBufferLike>();
    await readable(source).pipeTo(
      new SinkStream<unknown>({
        write(item) {
          for (const bytes of bytesOf(item)) {
            seen.push(bytes.slice());
            buffers.add(bytes.buffer);
          }
        },
      }),
    );
    assertEquals(seen, expected);
    // Messages have been put together in memory of their own, and a stage of a program gets such.
    if (what === "bytes" || what === "chunks") assertEquals([...buffers], [source.memory.buffer]);
    else assert(!buffers.has(source.memory.buffer));
  });
}

Deno.test("a program's stage keeps what it was given while its writer fills the memory again", async () => {
  const chunks = new RtmpChunkDecoderStream();
  const payloads: Uint8Array[] = [];
  const kept = new OrderedTransformStream<RtmpChunk[], RtmpChunk[]>({
    async transform(item) {
      await turns(1);
      payloads.push(...item.map(({ payload }) => payload));
    },
  });
  const done = Array.fromAsync(chunks.readable.pipeThrough(kept));
  const writer = chunks.writable.getWriter();
  const memory = new Uint8Array(READS[0]!.length);
  for (const read of READS) {
    memory.set(read);
    await writer.write(memory);
  }
  await writer.close();
  await done;
  assertEquals(payloads, READS.map((read) => read.subarray(12)));
});

Deno.test("what has its memory to itself leaves as it is", () => {
  const payload = Uint8Array.of(1, 2);
  for (const item of [payload, { payload }, { data: payload }, 5, "text", null, undefined]) {
    assertStrictEquals(leaving(item), item);
  }
});

Deno.test("what is a view leaves as a copy, with all that is beside it", () => {
  const view = Uint8Array.of(1, 2, 3).subarray(1);
  assertEquals(leaving({ type: "audio", timestamp: 5, data: view }), {
    ...{ type: "audio", timestamp: 5, data: Uint8Array.of(2, 3) },
  });
  for (const item of [leaving(view), leaving({ payload: view }).payload, leaving([view])[0]!]) {
    assertEquals(item, Uint8Array.of(2, 3));
    assertEquals(item.buffer.byteLength, 2);
  }
});

Deno.test("what is empty, or of a class, or beside other views", () => {
  const empty = new Uint8Array(0);
  const { payload } = leaving({ payload: empty });
  assert(payload !== empty && payload.length === 0);
  const view = Uint8Array.of(1, 2, 3).subarray(1);
  const both = leaving({ payload: view, data: view });
  assertEquals([both.payload.buffer.byteLength, both.data.buffer.byteLength], [2, 2]);
  class Frame {
    data = view;
  }
  const frame = new Frame();
  assertStrictEquals(leaving(frame), frame);
  const match = /a/.exec("a")!;
  assertStrictEquals(leaving(match), match);
});
