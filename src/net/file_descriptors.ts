/**
 * File descriptors: each connection and each open file uses one, and their number is limited.
 *
 * @module
 */

import { netPermission } from "./net_permission.ts";

/** Where sockets are opened to test for spare descriptors; other machines cannot reach it. */
const PROBE_ADDRESS = { hostname: "127.0.0.1", port: 0 } as const;

/** Whether an error means that the process (EMFILE) or the system (ENFILE) can open no more files. */
export function isLackOfDescriptors(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "EMFILE" || error.code === "ENFILE");
}

/**
 * Whether the process can open `count` more descriptors. Reading the limit (`ulimit -n`) needs a
 * permission, so this opens sockets, which takes some 15 µs each. Without the permission for that
 * too, the answer is yes.
 */
export function hasSpareDescriptors(count: number): boolean {
  const { hostname, port } = PROBE_ADDRESS;
  if (netPermission(hostname, port) !== "granted") return true;
  const opened: Deno.Listener[] = [];
  try {
    while (opened.length < count) opened.push(Deno.listen(PROBE_ADDRESS));
    return true;
  } catch (error) {
    if (isLackOfDescriptors(error)) return false;
    throw error;
  } finally {
    for (const listener of opened) listener.close();
  }
}

/** Peers accepted between two checks of whether enough descriptors are left. */
const PEERS_BETWEEN_CHECKS = 4;

/** How long the result of a check is reused, in milliseconds. */
const RESULT_LIFETIME = { enough: 1_000, short: 50 } as const;

/** Keeps some descriptors free of peers: for files, for relays, and for Deno itself. */
export class DescriptorReserve {
  readonly #size: number;
  #isShort = false;
  /** Peers that may still be accepted without a check, and until when by `performance.now()`. */
  #unchecked = 0;
  #until = 0;

  /** @param size The number of descriptors to keep free. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Whether a peer that has just been accepted leaves enough descriptors free. */
  allows(): boolean {
    const now = performance.now();
    const isKnown = now < this.#until && (this.#isShort || this.#unchecked > 0);
    if (!isKnown) {
      this.#isShort = !hasSpareDescriptors(this.#size + PEERS_BETWEEN_CHECKS);
      this.#until = now + RESULT_LIFETIME[this.#isShort ? "short" : "enough"];
      this.#unchecked = PEERS_BETWEEN_CHECKS;
    }
    this.#unchecked--;
    return !this.#isShort;
  }
}

/**
 * An error with its stack, for the log. Deno 2.9 ends the process if the first stack is read while no
 * descriptor is free; then this returns the error without its stack.
 */
export function stackOf(error: unknown): string {
  const stack = error instanceof Error && hasSpareDescriptors(1) ? error.stack : undefined;
  return stack ?? String(error);
}
