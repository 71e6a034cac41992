/**
 * Ways in which a network may cut bytes.
 *
 * @module
 */

/** A way to cut bytes, and its name for the message of a test that fails. */
export interface Cutting {
  name: string;
  parts: Uint8Array[];
}

/** The bytes in pieces that end at these places; places beyond the end are taken modulo. */
export function cutAt(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const ends = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const to of [...ends, bytes.length]) {
    parts.push(bytes.slice(from, to));
    from = to;
  }
  return parts;
}

/** Each byte by itself. */
export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** All that a table of short inputs is cut into: whole, single bytes, every two, five at random. */
export function everyCutting(bytes: Uint8Array, seed = 1): Cutting[] {
  const random = randomNumbers(seed);
  return [
    { name: "whole", parts: [bytes] },
    { name: "byte by byte", parts: byteByByte(bytes) },
    ...Array.from(bytes, (_, at) => ({ name: `in two at ${at}`, parts: cutAt(bytes, [at]) })),
    ...Array.from({ length: 5 }, (_, i) => {
      const places = Array.from({ length: 1 + 2 * i }, random);
      return {
        name: `at ${places.map((at) => at % (bytes.length + 1))}`,
        parts: cutAt(bytes, places),
      };
    }),
  ];
}

/** Numbers that look random and are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return state >>> 8;
  };
}
