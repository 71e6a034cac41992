/**
 * Clocks that a test can move.
 *
 * @module
 */

import type { Clock } from "../../src/time/clock.ts";

/** A clock that stands still until a test moves it: for objects that are given one. */
export class TestClock implements Clock {
  #now = 1_000_000;

  now(): number {
    return this.#now;
  }

  /** Lets time pass, in milliseconds. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** Moves `performance.now()` ahead until it is disposed of, for every object that measures time. */
export function clockAhead(milliseconds: number): Disposable {
  const { now } = performance;
  performance.now = () => now.call(performance) + milliseconds;
  return { [Symbol.dispose]: () => void (performance.now = now) };
}
