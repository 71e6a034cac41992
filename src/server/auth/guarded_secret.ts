/**
 * A stream key or an API token, protected against guessing.
 *
 * @module
 */

import type { Clock } from "../../time/clock.ts";
import { AttemptLimiter } from "../../net/attempt_limiter.ts";
import { isSameSecret } from "./secrets.ts";

/**
 * The length from which a secret cannot be guessed, in characters: 16 of 64 kinds make 2^96 secrets.
 */
export const LONG_SECRET = 16;

/**
 * Compares the keys of peers with a secret. A long secret is always accepted: wrong guesses of other
 * peers cannot lock its owner out. A short one is checked only while its address does not have to
 * wait for wrong guesses.
 */
export class GuardedSecret {
  readonly #secret: string;
  readonly #limiter: AttemptLimiter;

  constructor(secret: string, clock?: Clock) {
    this.#secret = secret;
    this.#limiter = new AttemptLimiter(clock);
  }

  /**
   * Checks the key of a peer. Returns `true` if it is right, 0 if it is wrong, or the seconds to wait
   * if it was not checked.
   *
   * @param address As `address:port`.
   * @param given The key, in each spelling that the peer may have meant.
   */
  check(address: string, ...given: string[]): true | number {
    const seconds = this.#limiter.retryAfter(address);
    const mayBeRight = seconds === 0 || this.#secret.length >= LONG_SECRET;
    if (mayBeRight && given.some((one) => isSameSecret(one, this.#secret))) {
      this.#limiter.recordSuccess(address);
      return true;
    }
    if (seconds === 0) this.#limiter.recordFailure(address);
    return seconds;
  }
}
