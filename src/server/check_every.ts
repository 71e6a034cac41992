/**
 * Checks at intervals that hold no time against a peer in which the program itself stood still.
 *
 * @module
 */

/** How much more than its interval a check counts at most, as a factor. */
const MOST_INTERVALS = 2;

/**
 * Calls a check again and again. It is told how much time has passed since the last one, in
 * milliseconds: a check that comes late itself, because the machine slept or the event loop was busy,
 * is told of two intervals at most. What peers sent meanwhile has not been read yet.
 *
 * @param interval In milliseconds.
 * @returns What ends it.
 */
export function checkEvery(interval: number, check: (passed: number) => void): () => void {
  let checkedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const passed = Math.min(now - checkedAt, MOST_INTERVALS * interval);
    checkedAt = now;
    check(passed);
  }, interval);
  return () => clearInterval(timer);
}
