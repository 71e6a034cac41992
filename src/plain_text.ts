/**
 * Texts of peers, and of callers for peers, on their way into messages, logs and errors.
 *
 * @module
 */

/** Characters of a text that are kept: a sentence or a few. */
const MAX_TEXT_LENGTH = 1024;

/**
 * What must not stand in a line as it is: controls, which end a line or speak to a terminal, and marks
 * that turn the direction of text, so that it reads as something else.
 */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text that stands in one line and says nothing to a terminal: the rest is escaped. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/**
 * The same, and of a long text only its beginning.
 *
 * @param most The characters that are kept, before some of them are escaped.
 */
export function plainText(text: string, most: number = MAX_TEXT_LENGTH): string {
  return printable(text.length > most ? `${text.slice(0, most - 1)}…` : text);
}
