/**
 * Time in which the whole process stood still: it was stopped, its machine was suspended, or it was
 * busy for seconds. Meanwhile it has read nothing of what its peers have sent, and they may need a
 * while to come back. So each wait for a peer, a disk or an answer begins again when it wakes.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** Interval between two beats, in milliseconds. */
const BEAT_INTERVAL = 250;

/** Milliseconds without a beat after which the process stands still: a second more than usual. */
const STANDSTILL = BEAT_INTERVAL + 1_000;

/** Notices standstills by a timer, the heart, which then beats late. It runs while something waits. */
export class Standstills {
  /** By `performance.now()`, and by the system's clock: only that continues in a suspended machine. */
  #beatAt = Infinity;
  #beatDate = Infinity;
  /** When it last woke, by `performance.now()`. */
  #wokeAt = -Infinity;
  #watches = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Watches for standstills. Returns a function that ends this, which may be called again. */
  watch(): () => void {
    if (this.#watches++ === 0) {
      this.beat();
      this.#timer = setInterval(() => this.beat(), BEAT_INTERVAL);
    }
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#watches > 0) return;
      clearInterval(this.#timer);
      // Whether the process stands still is not known from now on.
      this.#beatAt = this.#beatDate = Infinity;
    };
  }

  /** The event loop runs; the heart notes that. */
  beat(): void {
    if (this.#watches === 0) return;
    const now = performance.now();
    const date = Date.now();
    if (Math.max(now - this.#beatAt, date - this.#beatDate) > STANDSTILL) this.#wokeAt = now;
    this.#beatAt = now;
    this.#beatDate = date;
  }

  /** When a wait began by `performance.now()`, or began again after a standstill. */
  begun(since: number, now: number): number {
    // The caller may be the first to run after a standstill.
    if (now - this.#beatAt > STANDSTILL) this.#wokeAt = now;
    return Math.max(since, this.#wokeAt);
  }
}

/** The standstills of this process. */
export const STANDSTILLS: Standstills = new Standstills();

/**
 * How long something has been waited for, in milliseconds, without the time before the process last
 * stood still.
 *
 * @param since When the wait began, by the clock.
 * @param clock Another than `performance` knows of no standstill.
 */
export function waitedSince(since: number, clock: Clock = performance): number {
  const now = clock.now();
  return now - (clock === performance ? STANDSTILLS.begun(since, now) : since);
}
