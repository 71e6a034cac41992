/**
 * A rate limit for wrong secrets, by address and for all addresses together.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import { networkOf } from "./address.ts";

/** Addresses remembered, of those with wrong secrets and of those with the right one. */
const MAX_ADDRESSES = 1_000;

/** How many wrong secrets are checked without delay; after that, one in each interval. */
interface Allowance {
  burst: number;
  /** Milliseconds. */
  interval: number;
}

/** For one address: mild enough for a person who mistypes the secret. */
const PER_ADDRESS: Allowance = { burst: 10, interval: 1_000 };

/** For all addresses together, against attackers with many addresses. */
const OVERALL: Allowance = { burst: 100, interval: 100 };

/**
 * Counts wrong secrets, by address and in total; the counts decay with time. An address that has
 * shown the right secret before does not wait because of others' guesses.
 */
export class AttemptLimiter {
  /** When the failures of an address have all decayed, by the clock. */
  readonly #clearedAt = new Map<string, number>();
  #allClearedAt = 0;
  /** Addresses that have shown the right secret. Failures do not remove one. */
  readonly #trusted = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /**
   * The seconds that an address has to wait before its next secret is checked; 0 if it may try now.
   *
   * @param address As `address:port`.
   */
  retryAfter(address: string): number {
    const key = networkOf(address);
    const own = this.#secondsLeft(this.#clearedAt.get(key) ?? 0, PER_ADDRESS);
    return this.#trusted.has(key)
      ? own
      : Math.max(own, this.#secondsLeft(this.#allClearedAt, OVERALL));
  }

  /** Counts a wrong secret. */
  recordFailure(address: string): void {
    const key = networkOf(address);
    const now = this.#clock.now();
    const clearedAt = Math.max(now, this.#clearedAt.get(key) ?? 0) + PER_ADDRESS.interval;
    this.#clearedAt.delete(key);
    this.#clearedAt.set(key, clearedAt);
    dropOldest(this.#clearedAt);
    this.#allClearedAt = Math.max(now, this.#allClearedAt) + OVERALL.interval;
  }

  /** Remembers an address that has shown the right secret. */
  recordSuccess(address: string): void {
    const key = networkOf(address);
    this.#trusted.delete(key);
    this.#trusted.add(key);
    dropOldest(this.#trusted);
  }

  #secondsLeft(clearedAt: number, { burst, interval }: Allowance): number {
    const left = clearedAt - this.#clock.now() - (burst - 1) * interval;
    return Math.max(0, Math.ceil(left / 1000));
  }
}

function dropOldest(addresses: Map<string, unknown> | Set<string>): void {
  if (addresses.size > MAX_ADDRESSES) addresses.delete(addresses.keys().next().value!);
}
