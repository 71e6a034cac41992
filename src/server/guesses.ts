/**
 * How often a peer may guess a secret.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { networkOf } from "./address.ts";

/** Wrong secrets in a row that an address may show. */
const BURST = 10;

/** After that, milliseconds for each; short enough for a person who has mistyped it. */
const INTERVAL = 1_000;

/** Addresses that are remembered. */
const MAX_ADDRESSES = 1_000;

/** Counts wrong secrets by address; what is counted is forgotten, one every second. */
export class Guesses {
  /** When all guesses of an address will be forgotten, by the clock. */
  readonly #forgotten = new Map<string, number>();
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
    const left = (this.#forgotten.get(networkOf(address)) ?? 0) - this.#clock.now();
    return Math.max(0, Math.ceil((left - (BURST - 1) * INTERVAL) / 1000));
  }

  /** Counts a wrong one. */
  add(address: string): void {
    const key = networkOf(address);
    const now = this.#clock.now();
    const forgotten = Math.max(now, this.#forgotten.get(key) ?? 0) + INTERVAL;
    this.#forgotten.delete(key);
    this.#forgotten.set(key, forgotten);
    if (this.#forgotten.size <= MAX_ADDRESSES) return;
    this.#forgotten.delete(this.#forgotten.keys().next().value!);
  }
}
