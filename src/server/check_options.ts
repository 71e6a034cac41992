/**
 * The options of `serveRtmp`, checked before anything begins.
 *
 * @module
 */

import { checkNumber, LONGEST_TIME } from "../check_number.ts";
import type { PublicationHandler, ServeRtmpOptions } from "./types.ts";

const LARGEST_PORT = 65_535;

/** The options that are functions. One of another kind must not count as one that is not given. */
const CALLBACKS = [
  "authorize",
  "onAcceptError",
  "onError",
  "onRelease",
  "password",
  "play",
  "takeOver",
] as const;

/**
 * Checks what is not checked where it is used.
 *
 * @throws {RangeError} If a number is none, or out of its range.
 * @throws {TypeError} If the handler or a callback is no function.
 */
export function checkOptions(options: ServeRtmpOptions, handler: PublicationHandler): void {
  const { port = 0, tls, authorizeTimeout = 1, reconnectTimeout = 0 } = options;
  checkNumber("port", port, 0, LARGEST_PORT);
  if (tls) checkNumber("tls.port", tls.port, 0, LARGEST_PORT);
  checkNumber("authorizeTimeout", authorizeTimeout, 1, LONGEST_TIME);
  checkNumber("reconnectTimeout", reconnectTimeout, 0, LONGEST_TIME);
  for (const name of CALLBACKS) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  checkFunction("the handler", handler);
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot use a value of type ${typeof value} as ${name}: expected a function`);
}
