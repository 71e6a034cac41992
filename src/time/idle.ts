/**
 * Time limits that start again with each sign of life of the peer, and after each standstill of the
 * process.
 *
 * @module
 */

import { MAX_TIMEOUT } from "../check_number.ts";
import { STANDSTILLS, waitedSince } from "./standstill.ts";

/** Calls back once, when the peer has been idle for longer than the timeout. */
export class IdleWatch {
  readonly #timeout: number;
  readonly #idle: () => number;
  readonly #expired: () => void;
  #unwatch: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts the watch.
   *
   * @param timeout The longest idle time, in milliseconds; `Infinity` for no limit.
   * @param idle Returns for how long the server has waited for the peer, by `waitedSince`; 0 if it
   *   does not wait.
   * @param expired Called once when that exceeds the timeout.
   */
  constructor(timeout: number, idle: () => number, expired: () => void) {
    this.#timeout = timeout;
    this.#idle = idle;
    this.#expired = expired;
    if (timeout === Infinity) return;
    this.#unwatch = STANDSTILLS.watch();
    this.#wait(timeout - idle());
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#unwatch?.();
  }

  #wait(rest: number): void {
    this.#timer = setTimeout(() => {
      const idle = this.#idle();
      if (idle < this.#timeout) return this.#wait(this.#timeout - idle);
      this.stop();
      this.#expired();
    }, Math.max(0, Math.min(rest, MAX_TIMEOUT)));
  }
}

/**
 * Calls back after this many milliseconds, which begin again when the process has stood still.
 *
 * @returns A function that ends the wait.
 */
export function after(milliseconds: number, callback: () => void): () => void {
  const since = performance.now();
  const watch = new IdleWatch(milliseconds, () => waitedSince(since), callback);
  return () => watch.stop();
}

/** Whether something settles within this many milliseconds, in which the process does not stand still. */
export function settlesWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const since = performance.now();
  return whileActive(work, milliseconds, () => waitedSince(since));
}

/**
 * Waits for `work` until the peer is idle for longer than the timeout.
 *
 * @param timeout The longest idle time of the peer, in milliseconds.
 * @param idle Returns for how long the peer has been idle, by `waitedSince`.
 * @returns `true` if the work is done, `false` if the peer was idle for too long.
 */
export async function whileActive(
  work: Promise<unknown>,
  timeout: number,
  idle: () => number,
): Promise<boolean> {
  let watch: IdleWatch | undefined;
  const late = new Promise<boolean>((resolve) =>
    watch = new IdleWatch(timeout, idle, () => resolve(false))
  );
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    watch?.stop();
  }
}
