/**
 * Checks of the options of `serveRtmp`, before the server starts.
 *
 * @module
 */

import { checkNumber, MAX_TIMEOUT } from "../check_number.ts";
import { checkFunction, checkObject, checkSignal, checkString } from "../check_option.ts";
import type { PublicationHandler, ServeRtmpOptions } from "./types.ts";

const LARGEST_PORT = 65_535;

/** The options that are functions. Another value must not count as a missing option. */
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
 * Checks the options that are not checked where they are used.
 *
 * @throws {RangeError} If a number is not a whole number in its range.
 * @throws {TypeError} If the handler or a callback is not a function, or another option has the wrong
 * type.
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
  checkNumber("authorizeTimeout", authorizeTimeout, 1, MAX_TIMEOUT);
  checkNumber("reconnectTimeout", reconnectTimeout, 0, MAX_TIMEOUT);
  for (const name of CALLBACKS) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  checkFunction("the handler", handler);
}
