/**
 * How often a peer may guess a secret.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { hostOf } from "./address.ts";

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
    const left = (this.#forgotten.get(guesser(address)) ?? 0) - this.#clock.now();
    return Math.max(0, Math.ceil((left - (BURST - 1) * INTERVAL) / 1000));
  }

  /** Counts a wrong one. */
  add(address: string): void {
    const key = guesser(address);
    const now = this.#clock.now();
    const forgotten = Math.max(now, this.#forgotten.get(key) ?? 0) + INTERVAL;
    this.#forgotten.delete(key);
    this.#forgotten.set(key, forgotten);
    if (this.#forgotten.size <= MAX_ADDRESSES) return;
    this.#forgotten.delete(this.#forgotten.keys().next().value!);
  }
}

/**
 * The holder of one IPv6 address has all of its first 64 bits; an IPv4 address may stand in one of
 * IPv6 (RFC 4291, section 2.5.5.2).
 */
function guesser(address: string): string {
  const host = hostOf(address);
  const [, mapped] = /^\[::ffff:([\d.]+)\]$/i.exec(host) ?? [];
  if (mapped !== undefined) return mapped;
  if (!host.startsWith("[")) return host;
  const [head = "", tail] = host.slice(1, -1).split("::");
  const groups = head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  return [...groups, ...Array(Math.max(0, missing)).fill("0")].slice(0, 4).join(":");
}
