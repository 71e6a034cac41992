/**
 * How long to wait before trying again.
 *
 * @module
 */

/** The wait after the first failure, in milliseconds; it doubles with each further one. */
const FIRST_WAIT = 1_000;

/** What has held so long has not failed when it ends, in milliseconds. */
export const HELD_LONG_ENOUGH = 10_000;

/** The longest wait, in milliseconds. */
const LONGEST_WAIT = 30_000;

/**
 * Milliseconds to wait after so many failures in a row: half of it fixed, half by chance, so that
 * many who failed together do not try again together.
 */
export function backoff(failures: number): number {
  const most = Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT);
  return most / 2 + Math.random() * most / 2;
}

/** Waits, or less when it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
