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
const OF_ONE: Allowance = { burst: 10, interval: 1_000 };

/** For all addresses together, against attackers with many addresses. */
const OF_ALL: Allowance = { burst: 100, interval: 100 };

/**
 * Counts wrong secrets, by address and in total; the counts decay with time. An address that has
 * shown the right secret before does not wait because of others' guesses.
 */
export class Guesses {
  /** When all guesses of an address are forgotten, by the clock. */
  readonly #forgotten = new Map<string, number>();
  #allForgotten = 0;
  /** Addresses that have shown the right secret. No guess removes one. */
  readonly #known = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /**
   * The seconds that an address has to wait before its next secret is checked; 0 if it may try now.
   *
   * @param address As `address:port`.
   */
  wait(address: string): number {
    const key = networkOf(address);
    const own = this.#left(this.#forgotten.get(key) ?? 0, OF_ONE);
    return this.#known.has(key) ? own : Math.max(own, this.#left(this.#allForgotten, OF_ALL));
  }

  /** Counts a wrong secret. */
  add(address: string): void {
    const key = networkOf(address);
    const now = this.#clock.now();
    const forgotten = Math.max(now, this.#forgotten.get(key) ?? 0) + OF_ONE.interval;
    this.#forgotten.delete(key);
    this.#forgotten.set(key, forgotten);
    dropOldest(this.#forgotten);
    this.#allForgotten = Math.max(now, this.#allForgotten) + OF_ALL.interval;
  }

  /** Remembers an address that has shown the right secret. */
  know(address: string): void {
    const key = networkOf(address);
    this.#known.delete(key);
    this.#known.add(key);
    dropOldest(this.#known);
  }

  #left(forgotten: number, { burst, interval }: Allowance): number {
    const left = forgotten - this.#clock.now() - (burst - 1) * interval;
    return Math.max(0, Math.ceil(left / 1000));
  }
}

function dropOldest(addresses: Map<string, unknown> | Set<string>): void {
  if (addresses.size > MAX_ADDRESSES) addresses.delete(addresses.keys().next().value!);
}
