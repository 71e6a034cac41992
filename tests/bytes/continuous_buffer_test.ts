import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ContinuousBuffer } from "../../src/bytes/continuous_buffer.ts";
import { filled } from "../support/bytes.ts";

Deno.test("ContinuousBuffer.fill() takes no more than the target leaves room for", () => {
  const buffer = new ContinuousBuffer();
  assertEquals(buffer.length, 0);
  assertEquals(buffer.bytes, new Uint8Array(0));
  assertEquals(buffer.fill(Uint8Array.of(1, 2, 3), 5), 3);
  assertEquals(buffer.fill(Uint8Array.of(4, 5, 6), 5), 2);
  assertEquals(buffer.fill(Uint8Array.of(7), 5), 0);
  assertEquals(buffer.bytes, Uint8Array.of(1, 2, 3, 4, 5));
  assertEquals(buffer.fill(Uint8Array.of(6, 7), 6), 1);
  assertEquals(buffer.bytes, Uint8Array.of(1, 2, 3, 4, 5, 6));
});

Deno.test("ContinuousBuffer holds what came, in order, for any pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { maxLength: 30, size: "max" }), (sizes) => {
      const buffer = new ContinuousBuffer();
      const all = filled(sizes.reduce((sum, size) => sum + size, 0));
      let from = 0;
      for (const size of sizes) {
        assertEquals(buffer.fill(all.subarray(from, from + size), all.length), size);
        from += size;
        assertEquals(buffer.length, from);
      }
      assertEquals(buffer.bytes, all);
    }),
    { numRuns: 50 },
  );
});

Deno.test("ContinuousBuffer leaves views as they were after clear()", () => {
  const buffer = new ContinuousBuffer();
  const views: [Uint8Array, Uint8Array][] = [];
  for (const size of [1, 100, 70_000, 300_000]) {
    for (let round = 0; round < 3; round++) buffer.fill(filled(size, size + round), 1 << 24);
    views.push([buffer.bytes, buffer.bytes.slice()]);
    buffer.clear();
    assertEquals([buffer.length, buffer.capacity, buffer.bytes.length], [0, 0, 0]);
  }
  for (const [view, copy] of views) assertEquals(view, copy);
});

Deno.test("ContinuousBuffer does not take memory over after clear()", () => {
  const buffer = new ContinuousBuffer();
  buffer.fill(Uint8Array.of(1), 10);
  const before = buffer.bytes;
  buffer.clear();
  buffer.fill(Uint8Array.of(2), 10);
  assert(before.buffer !== buffer.bytes.buffer);
  assertEquals(before, Uint8Array.of(1));
});

Deno.test("ContinuousBuffer reserves 64 KiB beyond what has come, not what is announced", () => {
  const buffer = new ContinuousBuffer();
  for (const size of [1, 63, 60_000, 10_000, 100_000, 1_000_000]) {
    buffer.fill(new Uint8Array(size), 0xffffff);
    assert(buffer.capacity - buffer.length <= 64 * 1024 + 32, `${buffer.capacity}`);
  }
});

Deno.test("ContinuousBuffer reserves as much again where little was reserved at once", () => {
  const buffer = new ContinuousBuffer();
  for (let length = 0; length < 1 << 20; length += 100) {
    buffer.fill(new Uint8Array(100), 1 << 24, 0);
    const { capacity } = buffer;
    assert(capacity <= Math.min(2 * buffer.length, buffer.length + 64 * 1024), `${capacity}`);
  }
});

Deno.test("ContinuousBuffer reserves no more than the target", () => {
  const buffer = new ContinuousBuffer();
  buffer.fill(Uint8Array.of(1), 20);
  assertEquals([buffer.capacity, buffer.bytes.buffer.byteLength], [20, 20]);
  buffer.fill(new Uint8Array(100_000), 100_000);
  assertEquals([buffer.capacity, buffer.bytes.buffer.byteLength], [100_000, 100_000]);
});

Deno.test("ContinuousBuffer does not move what has come while more comes", () => {
  const buffer = new ContinuousBuffer();
  buffer.fill(new Uint8Array(128), 1 << 24);
  const memory = buffer.front.buffer;
  for (let length = 128; length < 1 << 20; length += 128) {
    buffer.fill(new Uint8Array(128), 1 << 24);
    assert(buffer.front.buffer === memory, `moved at ${length} bytes`);
  }
});

Deno.test("ContinuousBuffer.release() gives the memory back at once", () => {
  const buffer = new ContinuousBuffer();
  buffer.fill(new Uint8Array(200_000), 1 << 24);
  const { front } = buffer;
  buffer.release();
  assertEquals([buffer.length, buffer.capacity, front.buffer.byteLength], [0, 0, 0]);
});
