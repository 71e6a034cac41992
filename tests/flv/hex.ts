/** Bytes from hexadecimal digits, in groups as the reader likes. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    digits.replaceAll(" ", "").match(/../g) ?? [],
    (pair) => parseInt(pair, 16),
  );
}

/** Bytes from text in ASCII. */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
