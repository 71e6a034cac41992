/**
 * What went wrong, in words.
 *
 * @module
 */

/** Characters of an error that are kept: what is thrown may be whatever, of whatever length. */
const MAX_ERROR_LENGTH = 4096;

/** What an error says; anything can be thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? textOf(error, () => error.message) : errorText(error);
}

/** An error as text, its class included; of a value that cannot be made text, its kind. */
export function errorText(error: unknown): string {
  return textOf(error, () => error);
}

function textOf(error: unknown, text: () => unknown): string {
  try {
    return String(text()).slice(0, MAX_ERROR_LENGTH);
  } catch {
    return `a thrown ${typeof error} that has no text`;
  }
}
