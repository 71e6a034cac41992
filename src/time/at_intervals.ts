/**
 * Checks at intervals, which leave out the time in which the whole process stood still.
 *
 * @module
 */

/** Delay of a check, in milliseconds, above which the whole process must have stood still. */
const STANDSTILL = 1_000;

/**
 * Calls `check` at each interval, except when the timer is late. The process was suspended or blocked
 * then, and has not yet read what its peers have sent meanwhile. By the next check it has.
 *
 * @param interval In milliseconds.
 * @returns A function that ends the checks.
 */
export function atIntervals(interval: number, check: () => void): () => void {
  let due = performance.now() + interval;
  const timer = setInterval(() => {
    const late = performance.now() - due;
    due = performance.now() + interval;
    if (late < STANDSTILL) check();
  }, interval);
  return () => clearInterval(timer);
}
