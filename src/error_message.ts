/**
 * What went wrong, in words.
 *
 * @module
 */

/** The longest part of an error that is kept, in characters: a thrown value may have any length. */
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
