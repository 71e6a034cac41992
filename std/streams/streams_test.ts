import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { LimitedBytesTransformStream, toArrayBuffer, toBytes, toJson, toText } from "@std/streams";

const bytes = (...values: number[]) => Uint8Array.from(values);

const pieces = () => ReadableStream.from([bytes(1, 2), bytes(), bytes(3), bytes(4, 5)]);

const nothing = () => new ReadableStream<Uint8Array>({ start: (c) => c.close() });

const failing = () =>
  new ReadableStream<Uint8Array>({ start: (c) => c.error(new RangeError("cut")) });

Deno.test("toBytes() joins what the stream delivers", async () => {
  assertEquals(await toBytes(pieces()), bytes(1, 2, 3, 4, 5));
  assertEquals(await toBytes(nothing()), bytes());
});

Deno.test("toArrayBuffer() joins what the stream delivers into a buffer", async () => {
  const buffer = await toArrayBuffer(pieces());
  assert(buffer instanceof ArrayBuffer);
  assertEquals(new Uint8Array(buffer), bytes(1, 2, 3, 4, 5));
  assertStrictEquals((await toArrayBuffer(nothing())).byteLength, 0);
});

Deno.test("toText() joins text, and bytes however they are cut", async () => {
  assertStrictEquals(await toText(ReadableStream.from(["a", "", "b"])), "ab");
  const encoded = new TextEncoder().encode("ä€😀");
  const cut = ReadableStream.from(Array.from(encoded, (byte) => bytes(byte)));
  assertStrictEquals(await toText(cut), "ä€😀");
  assertStrictEquals(await toText(nothing()), "");
});

Deno.test("toText() replaces what is not UTF-8, and takes no mark of the byte order", async () => {
  assertStrictEquals(await toText(ReadableStream.from([bytes(0x61, 0xff)])), "a\ufffd");
  assertStrictEquals(await toText(ReadableStream.from([bytes(0x61, 0xe2)])), "a\ufffd");
  assertStrictEquals(await toText(ReadableStream.from([bytes(0xef, 0xbb, 0xbf, 0x61)])), "a");
});

Deno.test("toJson() parses text and bytes", async () => {
  assertEquals(await toJson(ReadableStream.from(['{"a":', "[1]}"])), { a: [1] });
  assertEquals(await toJson(ReadableStream.from([bytes(0x37)])), 7);
  await assertRejects(() => toJson(nothing()), SyntaxError);
  await assertRejects(() => toJson(ReadableStream.from(["{"])), SyntaxError);
});

Deno.test("what reads a stream to its end rejects when the stream fails", async () => {
  for (const read of [toArrayBuffer, toBytes, toJson, toText]) {
    await assertRejects(async () => await read(failing()), RangeError, "cut");
  }
});

Deno.test("LimitedBytesTransformStream lets through as many bytes as it may", async () => {
  const whole = pieces().pipeThrough(new LimitedBytesTransformStream(5, { error: true }));
  assertEquals(await Array.fromAsync(whole), [bytes(1, 2), bytes(), bytes(3), bytes(4, 5)]);
  const none = ReadableStream.from([bytes()]).pipeThrough(new LimitedBytesTransformStream(0));
  assertEquals(await Array.fromAsync(none), [bytes()]);
});

Deno.test("LimitedBytesTransformStream ends before the chunk that passes its limit", async () => {
  for (const options of [undefined, {}, { error: false }]) {
    const limited = pieces().pipeThrough(new LimitedBytesTransformStream(4, options));
    assertEquals(await Array.fromAsync(limited), [bytes(1, 2), bytes(), bytes(3)]);
  }
});

Deno.test("LimitedBytesTransformStream fails at the chunk that passes its limit, and cancels", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes(1, 2, 3)),
    cancel: (error) => void (reason = error),
  });
  const limited = source.pipeThrough(new LimitedBytesTransformStream(8, { error: true }));
  const error = await assertRejects(
    () => toBytes(limited),
    RangeError,
    "Exceeded byte size limit of '8'",
  );
  assertStrictEquals(reason, error);
});
