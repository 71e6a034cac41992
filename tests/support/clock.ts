/**
 * Clocks that a test can move.
 *
 * @module
 */

import type { Clock } from "../../src/time/clock.ts";
import { STANDSTILLS } from "../../src/time/standstill.ts";

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

/** Milliseconds in a step of `clockAhead`: more would be a standstill of the process. */
const STEP = 500;

/**
 * Moves `performance.now()` ahead until it is disposed of, for every object that measures time. It
 * goes there in steps, as in a process that runs meanwhile and hears nothing.
 */
export function clockAhead(milliseconds: number): Disposable {
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  while (ahead < milliseconds) {
    STANDSTILLS.beat();
    ahead = Math.min(ahead + STEP, milliseconds);
  }
  STANDSTILLS.beat();
  return { [Symbol.dispose]: () => void (performance.now = now) };
}

/**
 * Moves `performance.now()` ahead in one step, and leaves it there: a standstill of the process, for
 * everything that measures time.
 */
export function standStill(milliseconds: number): void {
  const { now } = performance;
  performance.now = () => now.call(performance) + milliseconds;
}
