import { assert, assertEquals, assertInstanceOf, assertIsError } from "@std/assert";
import { equals } from "@std/bytes";
import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import type { RtmpChunkDecoderOptions } from "../../src/chunk/decoder_options.ts";
import { RtmpLimitError } from "../../src/errors.ts";
import { MessageDecoder } from "../../src/message/message_decoder.ts";
import { filled } from "../support/bytes.ts";
import { chunkBytes, type ChunkParts } from "../support/chunk_bytes.ts";
import { decodeEveryWay, decodeParts } from "../support/decode.ts";

/** The first chunk of a message of `length` bytes. */
function begin(chunkStreamId: number, length: number, size = 128): number[] {
  const payload = filled(Math.min(length, size), chunkStreamId);
  return chunkBytes({ format: 0, chunkStreamId, length, typeId: 9, payload });
}

function goOn(parts: Omit<ChunkParts, "format">): number[] {
  return chunkBytes({ format: 3, ...parts });
}

/** Decodes what is allowed, then what is one more, and checks what the limit says and where. */
function assertLimit(
  options: RtmpChunkDecoderOptions,
  allowed: number[],
  oneMore: number[],
  expected: { messages: number; chunkStreamId: number; message: string },
): void {
  assertEquals(decodeEveryWay(allowed, options).error, undefined);
  const { messages, error } = decodeEveryWay([...allowed, ...oneMore], options);
  assertInstanceOf(error, RtmpLimitError);
  assertEquals(messages.length, expected.messages);
  assertEquals(error.byteOffset, allowed.length);
  assertEquals(error.chunkStreamId, expected.chunkStreamId);
  const where = `(at byte ${allowed.length}, on chunk stream ${expected.chunkStreamId})`;
  assertEquals(error.message, `${expected.message} ${where}`);
}

Deno.test("ChunkDecoder takes messages of maxMessageSize bytes and no larger", () => {
  assertLimit({ maxMessageSize: 100 }, [...begin(4, 100), ...begin(5, 7)], begin(4, 101), {
    messages: 2,
    chunkStreamId: 4,
    message: "Message too large: 101 bytes, limit 100",
  });
});

Deno.test("ChunkDecoder looks at the size before the payload has come", () => {
  const header = chunkBytes({ format: 0, chunkStreamId: 4, length: 101, payload: filled(0) });
  const { error } = decodeParts([Uint8Array.from(header)], { maxMessageSize: 100 });
  assertInstanceOf(error, RtmpLimitError);
});

Deno.test("ChunkDecoder takes the largest message that a header can announce", () => {
  const payload = new Uint8Array(0xffffff).fill(0xa5);
  const header = chunkBytes({ format: 0, chunkStreamId: 4, length: 0xffffff, payload: filled(0) });
  const { messages, error } = decodeParts([Uint8Array.from(header), payload], {
    chunkSize: 0x7fffffff,
  });
  assertEquals(error, undefined);
  assertEquals(messages.length, 1);
  assert(equals(messages[0]!.payload, payload));
});

Deno.test("ChunkDecoder opens maxChunkStreams chunk streams and no more", () => {
  const allowed = [...begin(4, 3), ...begin(64, 3), ...begin(65599, 3), ...begin(4, 3)];
  // The same chunk stream in its other form is not one more.
  allowed.push(...chunkBytes({
    format: 0,
    chunkStreamId: 64,
    basicHeaderSize: 3,
    payload: filled(1),
  }));
  assertLimit({ maxChunkStreams: 3 }, allowed, begin(320, 3), {
    messages: 5,
    chunkStreamId: 320,
    message: "Too many chunk streams: limit 3",
  });
});

Deno.test("ChunkDecoder opens 256 chunk streams if it is told nothing", () => {
  const ids = Array.from({ length: 257 }, (_, i) => 2 + i);
  const streams = ids.map((id) => begin(id, 1));
  assertEquals(decodeParts([Uint8Array.from(streams.slice(0, 256).flat())]).error, undefined);
  const { messages, error } = decodeParts([Uint8Array.from(streams.flat())]);
  assertIsError(error, RtmpLimitError, "limit 256");
  assertEquals(messages.length, 256);
});

Deno.test("ChunkDecoder keeps maxPartialBytes bytes of unfinished messages and no more", () => {
  const allowed = [...begin(4, 3, 3), ...begin(5, 1000), ...begin(6, 1000)];
  assertLimit({ maxPartialBytes: 256 }, allowed, begin(7, 1000), {
    messages: 1,
    chunkStreamId: 7,
    message: "Unfinished messages too large: 384 bytes, limit 256",
  });
  assertLimit({ maxPartialBytes: 255 }, begin(5, 1000), begin(6, 1000), {
    messages: 0,
    chunkStreamId: 6,
    message: "Unfinished messages too large: 256 bytes, limit 255",
  });
});

Deno.test("ChunkDecoder counts a chunk as unfinished before all of it has come", () => {
  const options = { chunkSize: 300, maxPartialBytes: 599 };
  const header = begin(6, 1000, 0);
  assertLimit(options, begin(5, 1000, 300), header, {
    messages: 0,
    chunkStreamId: 6,
    message: "Unfinished messages too large: 600 bytes, limit 599",
  });
});

Deno.test("ChunkDecoder counts bytes no longer as unfinished once their message is finished", () => {
  const message = [...begin(4, 300), ...begin(5, 200)];
  message.push(...goOn({ chunkStreamId: 4, payload: filled(128) }));
  message.push(...goOn({ chunkStreamId: 5, payload: filled(72) }));
  message.push(...goOn({ chunkStreamId: 4, payload: filled(44) }));
  const { messages, error } = decodeParts(
    [Uint8Array.from(Array.from({ length: 50 }, () => message).flat())],
    // 384 are unfinished when the 72 come that finish one of the two.
    { maxPartialBytes: 384 + 72 },
  );
  assertEquals(error, undefined);
  assertEquals(messages.length, 100);
});

Deno.test("ChunkDecoder counts bytes no longer as unfinished once their message is aborted", () => {
  const abort = chunkBytes({
    format: 0,
    chunkStreamId: 2,
    typeId: 2,
    payload: Uint8Array.of(0, 0, 0, 4),
  });
  const round = [...begin(4, 300), ...goOn({ chunkStreamId: 4, payload: filled(128) }), ...abort];
  const { messages, error, counts } = decodeParts(
    [Uint8Array.from(Array.from({ length: 50 }, () => round).flat())],
    { maxPartialBytes: 256 + 4 },
  );
  assertEquals(error, undefined);
  assertEquals(messages.length, 50);
  assertEquals(counts.discarded, { "aborted-message": 50 });
});

Deno.test("ChunkDecoder and MessageDecoder take no memory for what is only announced", () => {
  const header = (id: number) => Uint8Array.from(begin(id, 0xffffff, 2));
  const parts = Array.from({ length: 256 }, (_, i) => header(2 + i));
  const taken = memoryTakenBy(() => {
    const { error, messages } = decodeParts(parts, { chunkSize: 2 });
    assertEquals([error, messages], [undefined, []]);
  });
  // 4 GiB are announced; the first four messages may have 16 KiB each.
  assert(taken < 128 * 1024, `${taken} bytes were taken`);
});

Deno.test("ChunkDecoder takes no memory for one large chunk that is only announced", () => {
  const taken = memoryTakenBy(() => {
    const { error } = decodeParts([Uint8Array.from(begin(4, 0xffffff, 1000))], {
      chunkSize: 0x7fffffff,
    });
    assertEquals(error, undefined);
  });
  assert(taken < 128 * 1024, `${taken} bytes were taken`);
});

Deno.test("MessageDecoder takes no more than some times what has come", () => {
  const chunk = Uint8Array.from(goOn({ chunkStreamId: 4, payload: filled(4096) }));
  const parts = [
    Uint8Array.from(begin(4, 0xffffff, 4096)),
    ...Array.from({ length: 255 }, () => chunk),
  ];
  let decoded: ReturnType<typeof decodeParts> | undefined;
  const taken = memoryTakenBy(() => decoded = decodeParts(parts, { chunkSize: 4096 }));
  assertEquals(decoded?.chunks.length, 256);
  assert(taken <= 6 * 1024 * 1024, `${taken} bytes were taken for 1 MiB`);
});

Deno.test("MessageDecoder takes at once what a message needs whose like has come before", () => {
  const large = Uint8Array.from([
    ...begin(4, 200_000, 4096),
    ...Array.from({ length: 47 }, () => goOn({ chunkStreamId: 4, payload: filled(4096) })).flat(),
    ...goOn({ chunkStreamId: 4, payload: filled(200_000 - 48 * 4096) }),
  ]);
  const memoryFor = (count: number) =>
    memoryTakenBy(() => {
      const { messages } = decodeParts(Array(count).fill(large), { chunkSize: 4096 });
      assertEquals(messages.length, count);
    });
  const [first, second] = [memoryFor(1), memoryFor(2)];
  assert(second - first < 220_000, `${second - first} bytes were taken for 200,000`);
});

Deno.test("MessageDecoder takes little for many that only announce the like of what came", () => {
  const decoder = new ChunkDecoder({ chunkSize: 1_000_000 });
  const messages = new MessageDecoder();
  const give = (bytes: number[]) =>
    decoder.decode(Uint8Array.from(bytes), (chunk) => void messages.decode(chunk));
  give([
    ...begin(4, 1_500_000, 1_000_000),
    ...goOn({ chunkStreamId: 4, payload: filled(500_000) }),
  ]);
  give(chunkBytes({ format: 0, chunkStreamId: 2, typeId: 1, payload: Uint8Array.of(0, 0, 0, 2) }));
  const taken = memoryTakenBy(() => {
    for (let id = 5; id < 60; id++) give(begin(id, 0xffffff, 2));
  });
  // Four may have 1 MiB each.
  assert(taken < 4.1 * 1024 * 1024, `${taken} bytes were taken`);
});

/** How many bytes are taken with `new Uint8Array(length)` while `action` runs. */
function memoryTakenBy(action: () => void): number {
  const original = globalThis.Uint8Array;
  let taken = 0;
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, [first, ...others], newTarget) {
      if (typeof first === "number") taken += first;
      return Reflect.construct(target, [first, ...others], newTarget);
    },
  });
  try {
    action();
  } finally {
    globalThis.Uint8Array = original;
  }
  return taken;
}
