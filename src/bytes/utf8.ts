/**
 * A lossless UTF-8 decoder: bytes that are not UTF-8 are percent-encoded.
 *
 * @module
 */

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** First bytes after which the second byte has a smaller range (RFC 3629, section 4). */
const SECOND_BYTES: Readonly<Record<number, readonly [lowest: number, highest: number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
};

/**
 * Decodes UTF-8. A byte that is part of no character becomes its percent-encoding: two bodies of
 * different bytes, none of them a percent sign, never become the same text.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += decoder.decode(bytes.subarray(from, at)) + percentEncode(bytes[at]!);
    from = ++at;
  }
  return text + decoder.decode(bytes.subarray(from));
}

/** `%C4` of 0xC4. */
export function percentEncode(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/**
 * Replaces each percent-encoded byte, such as `%41`, by that byte. It decodes repeatedly: `%2541`
 * becomes `%41`, then `A`. So decoding the result again changes nothing. A percent sign without two
 * hexadecimal digits after it stays.
 */
export function percentDecode(bytes: Uint8Array): Uint8Array {
  // From the end, so that the bytes after a percent sign are already decoded.
  const decoded = new Uint8Array(bytes.length);
  let start = bytes.length;
  for (let at = bytes.length - 1; at >= 0; at--) {
    decoded[--start] = bytes[at]!;
    while (decoded[start] === PERCENT_SIGN) {
      const value = 16 * hexDigit(decoded[start + 1]) + hexDigit(decoded[start + 2]);
      if (Number.isNaN(value)) break;
      decoded[start += 2] = value;
    }
  }
  return decoded.subarray(start);
}

const PERCENT_SIGN = 0x25;

/** The value of a digit, or NaN. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return NaN;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : NaN;
}

/** Bytes of the character that begins at a place; 0 if none does. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  const [lowest, highest] = SECOND_BYTES[first] ?? [0x80, 0xbf];
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte < (i === 1 ? lowest : 0x80) || byte > (i === 1 ? highest : 0xbf)) return 0;
  }
  return length;
}
