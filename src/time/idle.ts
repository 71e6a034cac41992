/**
 * Time limits that start again with each sign of life of the peer.
 *
 * @module
 */

import { MAX_TIMEOUT } from "../check_number.ts";

/** Delay of a timer, in milliseconds, above which the whole process stood still, not the peer. */
const STANDSTILL = 1_000;

/** Calls back once, when the peer has been idle for longer than the timeout. */
export class IdleWatch {
  readonly #timeout: number;
  readonly #idle: () => number;
  readonly #expired: () => void;
  /** Idle time before it does not count, by `performance.now()`. */
  #since = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts the watch.
   *
   * @param timeout The longest idle time, in milliseconds; `Infinity` for no limit.
   * @param idle Returns for how long the server has waited for the peer, in milliseconds; 0 if it
   *   does not wait.
   * @param expired Called once when that exceeds the timeout.
   */
  constructor(timeout: number, idle: () => number, expired: () => void) {
    this.#timeout = timeout;
    this.#idle = idle;
    this.#expired = expired;
    if (timeout !== Infinity) this.#wait(timeout - idle());
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(rest: number): void {
    const due = performance.now() + rest;
    this.#timer = setTimeout(() => {
      const now = performance.now();
      // The process has not yet read what the peer has sent while it stood still.
      if (now - due > STANDSTILL) this.#since = now;
      const idle = Math.min(this.#idle(), now - this.#since);
      if (idle >= this.#timeout) this.#expired();
      else this.#wait(this.#timeout - idle);
    }, Math.max(0, Math.min(rest, MAX_TIMEOUT)));
  }
}

/**
 * Waits for `work` until the peer is idle for longer than the timeout.
 *
 * @param timeout The longest idle time of the peer, in milliseconds.
 * @param idle Returns for how long the peer has been idle, in milliseconds.
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
