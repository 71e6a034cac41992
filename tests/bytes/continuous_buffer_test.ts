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

Deno.test("ContinuousBuffer leaves views as they were when more comes and after clear()", () => {
  const buffer = new ContinuousBuffer();
  const views: [Uint8Array, Uint8Array][] = [];
  for (let round = 0; round < 3; round++) {
    for (const size of [1, 100, 70_000, 300_000]) {
      buffer.fill(filled(size, size + round), 1 << 24);
      views.push([buffer.bytes, buffer.bytes.slice()]);
    }
    buffer.clear();
    assertEquals(buffer.length, 0);
    assertEquals(buffer.bytes.length, 0);
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

Deno.test("ContinuousBuffer reserves what has come and as much again, not what is announced", () => {
  const announced = 0xffffff;
  const buffer = new ContinuousBuffer();
  for (const size of [1, 63, 60_000, 10_000, 100_000, 1_000_000]) {
    buffer.fill(new Uint8Array(size), announced);
    const reserved = buffer.bytes.buffer.byteLength;
    const bound = Math.max(64 * 1024 + 32, 2 * buffer.length);
    assert(reserved <= bound, `${reserved} bytes reserved for ${buffer.length}`);
  }
});

Deno.test("ContinuousBuffer reserves no more than the target", () => {
  const buffer = new ContinuousBuffer();
  buffer.fill(Uint8Array.of(1), 20);
  assertEquals(buffer.bytes.buffer.byteLength, 20);
});

Deno.test("ContinuousBuffer moves each byte a few times at the most, however small the pieces", () => {
  const buffer = new ContinuousBuffer();
  const memories = new Set<ArrayBufferLike>();
  let moved = 0;
  for (let length = 0; length < 1 << 20; length += 128) {
    buffer.fill(new Uint8Array(128), 1 << 24);
    if (!memories.has(buffer.bytes.buffer)) moved += length;
    memories.add(buffer.bytes.buffer);
  }
  assert(moved <= 2 * buffer.length, `${moved} bytes moved for ${buffer.length}`);
});
