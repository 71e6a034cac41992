/**
 * Texts of errors, for logs and messages.
 *
 * @module
 */

/** Characters of an error's text that are kept: a thrown value may have any length. */
const MAX_ERROR_LENGTH = 4096;

/** The message of an error, or the text of any other thrown value. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? textOf(error, () => error.message) : errorText(error);
}

/** An error as text, including its class; for a value that has no text, its type. */
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
