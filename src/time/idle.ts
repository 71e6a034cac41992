/**
 * Time limits that start again whenever the peer shows that it is there.
 *
 * @module
 */

import { LONGEST_TIME } from "../check_number.ts";

/** Delay of a timer, in milliseconds, from which on the whole process has stood still, not the peer. */
const STANDSTILL = 1_000;

/** Calls back once, when the peer has been waited for without a break for too long. */
export class IdleWatch {
  readonly #timeout: number;
  readonly #idle: () => number;
  readonly #expired: () => void;
  /** Nothing before it counts, by `performance.now()`. */
  #since = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins.
   *
   * @param timeout The longest wait, in milliseconds; `Infinity` for no limit.
   * @param idle For how long the peer has been waited for, in milliseconds; 0 while it is not.
   * @param expired Called when that is too long.
   */
  constructor(timeout: number, idle: () => number, expired: () => void) {
    this.#timeout = timeout;
    this.#idle = idle;
    this.#expired = expired;
    if (timeout !== Infinity) this.#wait(timeout - idle());
  }

  /** Ends it. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(rest: number): void {
    const due = performance.now() + rest;
    this.#timer = setTimeout(() => {
      const now = performance.now();
      // What the peer has sent while the process stood still has not been read yet.
      if (now - due > STANDSTILL) this.#since = now;
      const idle = Math.min(this.#idle(), now - this.#since);
      if (idle >= this.#timeout) this.#expired();
      else this.#wait(this.#timeout - idle);
    }, Math.max(0, Math.min(rest, LONGEST_TIME)));
  }
}

/**
 * Waits for `work` as long as the peer shows that it is there.
 *
 * @param timeout The longest wait for the peer, in milliseconds.
 * @param idle For how long it has been waited for, in milliseconds.
 * @returns Whether the work has been done, as opposed to the peer having been idle.
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
