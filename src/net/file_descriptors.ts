/**
 * File descriptors: each connection and each file takes one, and a process has only so many.
 *
 * @module
 */

import { netPermission } from "./net_permission.ts";

/** Where descriptors are tried out; other machines cannot reach it. */
const PLACE = { hostname: "127.0.0.1", port: 0 } as const;

/** Whether the process may open nothing more (EMFILE), or the system cannot (ENFILE). */
export function isLackOfDescriptors(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "EMFILE" || error.code === "ENFILE");
}

/**
 * Whether so many more can be opened. What `ulimit -n` says cannot be read without a permission, so
 * it is tried, which takes some 15 µs for each. Where that is not permitted either the answer is yes.
 */
export function canOpen(count: number): boolean {
  const { hostname, port } = PLACE;
  if (netPermission(hostname, port) !== "granted") return true;
  const opened: Deno.Listener[] = [];
  try {
    while (opened.length < count) opened.push(Deno.listen(PLACE));
    return true;
  } catch (error) {
    if (isLackOfDescriptors(error)) return false;
    throw error;
  } finally {
    for (const listener of opened) listener.close();
  }
}

/** Peers that are taken between two checks of whether enough descriptors are left. */
const CHECK_EVERY = 4;

/** How long what was found is believed, in milliseconds: many when there are enough, few when not. */
const BELIEVED = { enough: 1_000, short: 50 } as const;

/** Sees to it that peers leave some descriptors: to files, to relays, and to Deno itself. */
export class DescriptorReserve {
  readonly #size: number;
  #isShort = false;
  /** How many peers may be taken, and until when by `performance.now()`, without another check. */
  #unchecked = 0;
  #until = 0;

  /** @param size How many descriptors are left free. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Whether the peer that has just been accepted may stay. */
  allows(): boolean {
    const now = performance.now();
    const isKnown = now < this.#until && (this.#isShort || this.#unchecked > 0);
    if (!isKnown) {
      this.#isShort = !canOpen(this.#size + CHECK_EVERY);
      this.#until = now + BELIEVED[this.#isShort ? "short" : "enough"];
      this.#unchecked = CHECK_EVERY;
    }
    this.#unchecked--;
    return !this.#isShort;
  }
}

/**
 * An error with its stack, for the log. Deno 2.9 ends the process when the first stack is read while
 * no descriptor is free; then the error has to do without.
 */
export function stackOf(error: unknown): string {
  const stack = error instanceof Error && canOpen(1) ? error.stack : undefined;
  return stack ?? String(error);
}
