/**
 * A stream key or an API token, protected against guessing.
 *
 * @module
 */

import type { Clock } from "../../time/clock.ts";
import { Guesses } from "../../net/attempt_limiter.ts";
import { isSameSecret } from "./secrets.ts";

/**
 * The length from which on a secret cannot be guessed, in characters: 16 of 64 kinds are one of 2^96.
 */
const LONG_SECRET = 16;

/**
 * Compares what peers show with a secret. A long one is accepted from everywhere at any time: wrong
 * guesses of others, or of another program behind the same address, lock it out nowhere. A short one
 * has to wait as long as its address has guessed too much.
 */
export class GuardedSecret {
  readonly #secret: string;
  readonly #guesses: Guesses;

  constructor(secret: string, clock?: Clock) {
    this.#secret = secret;
    this.#guesses = new Guesses(clock);
  }

  /**
   * Looks at what a peer shows: `true` if it is right. Otherwise for how many seconds it was not
   * looked at, 0 if it was wrong.
   *
   * @param address As `address:port`.
   * @param given What it shows, in each way in which it may be meant.
   */
  check(address: string, ...given: string[]): true | number {
    const seconds = this.#guesses.wait(address);
    const mayBeRight = seconds === 0 || this.#secret.length >= LONG_SECRET;
    if (mayBeRight && given.some((one) => isSameSecret(one, this.#secret))) {
      this.#guesses.know(address);
      return true;
    }
    if (seconds === 0) this.#guesses.add(address);
    return seconds;
  }
}
