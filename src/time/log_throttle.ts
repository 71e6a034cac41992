/**
 * A rate limit for log entries, which a flood of peers would otherwise cause by the thousand.
 *
 * @module
 */

/** Minimum interval between two entries, in milliseconds. */
const INTERVAL = 10_000;

/** Lets one event in 10 s be logged, with the number of events since the last one. */
export class LogThrottle {
  #count = 0;
  #next = -Infinity;

  /** Counts an event. Returns the number since the last report, or nothing if it is too early. */
  add(): number | undefined {
    this.#count++;
    const now = performance.now();
    if (now < this.#next) return undefined;
    this.#next = now + INTERVAL;
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}
