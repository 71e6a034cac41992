/**
 * Bytes as they stand in the tests of this room.
 *
 * @module
 */

/** The bytes that hexadecimal digits stand for; blanks are ignored. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(digits.replaceAll(/\s/g, ""));
}

/** All of them, one behind the other. */
export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
