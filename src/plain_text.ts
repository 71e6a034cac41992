/**
 * Escaping and shortening of texts from peers and callers, before they enter messages, logs and
 * errors.
 *
 * @module
 */

/** Characters of a text that are kept: enough for a few sentences. */
export const MAX_TEXT_LENGTH = 1024;

/**
 * Characters that are escaped: control characters, which end a line or control a terminal, and
 * marks that reverse the direction of text and so disguise it.
 */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text in one line that cannot control a terminal: other characters are escaped. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/**
 * Escapes a text as `printable` does, and shortens a long one.
 *
 * @param most The number of characters that are kept, counted before they are escaped.
 */
export function plainText(text: string, most: number = MAX_TEXT_LENGTH): string {
  return printable(text.length > most ? `${text.slice(0, most - 1)}…` : text);
}
