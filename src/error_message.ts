/**
 * What went wrong, in words.
 *
 * @module
 */

/** What an error says; anything can be thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : errorText(error);
}

/** An error as text, its class included; of a value that cannot be made text, its kind. */
export function errorText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return `a thrown ${typeof error} that has no text`;
  }
}
