import { assertEquals, assertStrictEquals } from "@std/assert";
import { concat, copy, equals, indexOfNeedle, startsWith } from "@std/bytes";

const bytes = (...values: number[]) => Uint8Array.from(values);

Deno.test("concat() joins into a new array", () => {
  const source = bytes(1, 2);
  const joined = concat([source, bytes(), bytes(3)]);
  source[0] = 9;
  assertEquals(joined, bytes(1, 2, 3));
  assertEquals(concat([]), bytes());
});

Deno.test("copy() copies what fits", () => {
  const cases: [src: Uint8Array, offset: number, copied: number, dst: Uint8Array][] = [
    [bytes(1, 2), 0, 2, bytes(1, 2, 0)],
    [bytes(1, 2), 1, 2, bytes(0, 1, 2)],
    [bytes(1, 2), 2, 1, bytes(0, 0, 1)],
    [bytes(1, 2), 9, 0, bytes(0, 0, 0)],
    [bytes(1, 2), -9, 2, bytes(1, 2, 0)],
  ];
  for (const [src, offset, copied, expected] of cases) {
    const dst = new Uint8Array(3);
    assertStrictEquals(copy(src, dst, offset), copied);
    assertEquals(dst, expected);
  }
});

Deno.test("equals() compares bytes and lengths", () => {
  assertStrictEquals(equals(bytes(1, 2), bytes(0, 1, 2).subarray(1)), true);
  assertStrictEquals(equals(bytes(1, 2), bytes(1, 3)), false);
  assertStrictEquals(equals(bytes(1, 2), bytes(1)), false);
  assertStrictEquals(equals(bytes(1), bytes(1, 2)), false);
  assertStrictEquals(equals(new Uint8Array(5000), new Uint8Array(5000)), true);
});

Deno.test("startsWith() compares the beginning", () => {
  assertStrictEquals(startsWith(bytes(1, 2, 3), bytes(1, 2)), true);
  assertStrictEquals(startsWith(bytes(1, 2, 3), bytes(2)), false);
  assertStrictEquals(startsWith(bytes(1), bytes(1, 2)), false);
});

Deno.test("indexOfNeedle() finds the first occurrence from a start", () => {
  const source = bytes(0, 1, 1, 2, 1, 2);
  const cases: [needle: Uint8Array, start: number | undefined, index: number][] = [
    [bytes(1, 2), undefined, 2],
    [bytes(1, 2), 3, 4],
    [bytes(1, 2), 5, -1],
    [bytes(1, 2), 99, -1],
    [bytes(1, 2), -2, 4],
    [bytes(1, 2), -99, 2],
    [bytes(0), undefined, 0],
    [bytes(2), 5, 5],
    [bytes(2, 0), undefined, -1],
    [source, undefined, 0],
    [new Uint8Array(7), undefined, -1],
  ];
  for (const [needle, start, index] of cases) {
    assertStrictEquals(indexOfNeedle(source, needle, start), index);
  }
});
