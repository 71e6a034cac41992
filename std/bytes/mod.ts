/**
 * Stand-in for `@std/bytes`: what this project uses of it.
 *
 * @module
 */

/** Joins arrays of bytes into a new one. */
export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const buffer of buffers) length += buffer.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const buffer of buffers) {
    joined.set(buffer, offset);
    offset += buffer.length;
  }
  return joined;
}

/**
 * Copies bytes from one array into another, as many as fit from `offset` on (which is brought into
 * the array when it lies outside), and returns how many that were.
 */
export function copy(src: Uint8Array, dst: Uint8Array, offset = 0): number {
  const at = Math.max(0, Math.min(offset, dst.byteLength));
  const fitting = src.subarray(0, dst.byteLength - at);
  dst.set(fitting, at);
  return fitting.byteLength;
}

/** Whether two arrays hold the same bytes. */
export function equals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && startsWith(a, b);
}

/** Whether an array begins with the bytes of another. */
export function startsWith(source: Uint8Array, prefix: Uint8Array): boolean {
  if (prefix.length > source.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    if (source[i] !== prefix[i]) return false;
  }
  return true;
}

/**
 * The index of the first occurrence of `needle` at or after `start`, or -1. A negative `start`
 * counts from the end; an empty needle is nowhere.
 */
export function indexOfNeedle(source: Uint8Array, needle: Uint8Array, start = 0): number {
  const first = needle[0];
  if (first === undefined) return -1;
  const last = source.length - needle.length;
  for (let i = start < 0 ? Math.max(0, source.length + start) : start; i <= last; i++) {
    if (source[i] === first && startsWith(source.subarray(i), needle)) return i;
  }
  return -1;
}
