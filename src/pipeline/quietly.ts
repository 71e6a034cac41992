/**
 * Ends after an error.
 *
 * @module
 */

/**
 * Ends something after an error that has been told: what comes of it reaches no reader, as in a
 * pipe, and no reader waits for it.
 */
export function quietly(end: () => void | Promise<void>): void {
  (async () => await end())().catch(() => {});
}
