/**
 * The options of `serveRtmp`, checked before anything begins.
 *
 * @module
 */

import { checkNumber, LONGEST_TIME } from "../check_number.ts";
import { checkFunction, checkObject, checkSignal, checkString } from "../check_option.ts";
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
 * @throws {TypeError} If the handler or a callback is no function, or another option is of another
 * kind.
 */
export function checkOptions(options: ServeRtmpOptions, handler: PublicationHandler): void {
  checkObject("the options", options);
  const { hostname, signal } = options;
  if (hostname !== undefined) checkString("hostname", hostname);
  if (signal !== undefined) checkSignal("signal", signal);
  const { port = 0, tls, authorizeTimeout = 1, reconnectTimeout = 0 } = options;
  checkNumber("port", port, 0, LARGEST_PORT);
  if (tls !== undefined) {
    checkObject("tls", tls);
    checkNumber("tls.port", tls.port, 0, LARGEST_PORT);
    checkString("tls.cert", tls.cert);
    checkString("tls.key", tls.key);
  }
  checkNumber("authorizeTimeout", authorizeTimeout, 1, LONGEST_TIME);
  checkNumber("reconnectTimeout", reconnectTimeout, 0, LONGEST_TIME);
  for (const name of CALLBACKS) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  checkFunction("the handler", handler);
}
