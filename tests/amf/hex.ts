/**
 * Bytes as hexadecimal digits, with blanks where fields end.
 *
 * @module
 */

/** The bytes that hexadecimal digits stand for; blanks are ignored. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits.replaceAll(/\s/g, ""));
}
