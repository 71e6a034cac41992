/**
 * Bytes as tests write them.
 *
 * @module
 */

/** The bytes that hexadecimal digits stand for; blanks are ignored, `ab*3` is `ababab`. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const written = digits.trim().split(/\s+/).map((group) => {
    const [pattern = "", times = "1"] = group.split("*");
    return pattern.repeat(Number(times));
  });
  return Uint8Array.fromHex(written.join(""));
}

/**
 * `length` bytes that differ from their neighbours and with the `seed`. All are 0x80 or above, so
 * that they are never taken for zeros or for an early time.
 */
export function filled(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = 0x80 | (seed * 31 + i * 7 + (i >> 7)) & 0x7f;
  return bytes;
}
