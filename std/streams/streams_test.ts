import { assertEquals, assertRejects } from "@std/assert";
import { toBytes } from "@std/streams";

Deno.test("toBytes() joins what the stream delivers", async () => {
  const stream = ReadableStream.from([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]);
  assertEquals(await toBytes(stream), Uint8Array.of(1, 2, 3));
  assertEquals(await toBytes(new ReadableStream({ start: (c) => c.close() })), new Uint8Array());
});

Deno.test("toBytes() rejects when the stream fails", async () => {
  const stream = new ReadableStream<Uint8Array>({ start: (c) => c.error(new RangeError("cut")) });
  await assertRejects(() => toBytes(stream), RangeError, "cut");
});
