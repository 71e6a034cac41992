/**
 * Warnings that a flood of peers would make by the thousand.
 *
 * @module
 */

/** Minimum interval between two warnings, in milliseconds. */
const INTERVAL = 10_000;

/** Lets one of many in 10 s be told, with how many there were. */
export class Seldom {
  #count = 0;
  #next = -Infinity;

  /** Counts one. Returns how many there were since the last that was told, or nothing if it is too soon. */
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
