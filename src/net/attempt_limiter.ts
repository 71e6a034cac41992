/**
 * How often peers may guess a secret.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import { networkOf } from "./address.ts";

/** Addresses that are remembered of those that have guessed, and of those that knew the secret. */
const MAX_ADDRESSES = 1_000;

/** Wrong secrets that are looked at, and then one in each interval. */
interface Allowance {
  burst: number;
  /** Milliseconds. */
  interval: number;
}

/** For one address: short enough for a person who has mistyped it. */
const OF_ONE: Allowance = { burst: 10, interval: 1_000 };

/** For all addresses together, against those who have many. */
const OF_ALL: Allowance = { burst: 100, interval: 100 };

/**
 * Counts wrong secrets, by address and in all; what is counted is forgotten with time. An address
 * that has shown the right one before does not wait for what others guess.
 */
export class Guesses {
  /** When all guesses of an address will be forgotten, by the clock. */
  readonly #forgotten = new Map<string, number>();
  #allForgotten = 0;
  /** Addresses that have shown the right one. No guesser can push one out. */
  readonly #known = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /**
   * For how many seconds an address has to wait before its next secret is looked at: 0 if it need
   * not.
   *
   * @param address As `address:port`.
   */
  wait(address: string): number {
    const key = networkOf(address);
    const own = this.#left(this.#forgotten.get(key) ?? 0, OF_ONE);
    return this.#known.has(key) ? own : Math.max(own, this.#left(this.#allForgotten, OF_ALL));
  }

  /** Counts a wrong one. */
  add(address: string): void {
    const key = networkOf(address);
    const now = this.#clock.now();
    const forgotten = Math.max(now, this.#forgotten.get(key) ?? 0) + OF_ONE.interval;
    this.#forgotten.delete(key);
    this.#forgotten.set(key, forgotten);
    dropOldest(this.#forgotten);
    this.#allForgotten = Math.max(now, this.#allForgotten) + OF_ALL.interval;
  }

  /** Remembers an address that has shown the right one. */
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
