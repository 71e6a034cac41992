/**
 * File descriptors: each connection and each file takes one, and a process has only so many.
 *
 * @module
 */

import { netPermission } from "../client/net_permission.ts";

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

/**
 * An error with its stack, for the log. Deno 2.9 ends the process when the first stack is read while
 * no descriptor is free; then the error has to do without.
 */
export function stackOf(error: unknown): string {
  const stack = error instanceof Error && canOpen(1) ? error.stack : undefined;
  return stack ?? String(error);
}
