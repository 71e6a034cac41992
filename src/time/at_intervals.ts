/**
 * Checks of what peers have done in time, which must not count time in which the server did nothing.
 *
 * @module
 */

/** Delay of a check, in milliseconds, from which on the whole process has stood still. */
const STANDSTILL = 1_000;

/**
 * Calls `check` at each interval, but for those that come late: the process was suspended or blocked
 * then, and what its peers have sent meanwhile has not been read yet. The next one finds it read.
 *
 * @param interval In milliseconds.
 * @returns What ends it.
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
