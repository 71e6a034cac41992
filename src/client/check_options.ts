/**
 * Checks of the options of both clients, before they connect.
 *
 * @module
 */

import {
  checkFunction,
  checkObject,
  checkOneOf,
  checkSignal,
  checkString,
  checkStrings,
} from "../check_option.ts";
import { HANDSHAKE_SCHEMES } from "../handshake/digest.ts";
import type { RtmpClientOptions } from "./connect.ts";

/**
 * Checks the options that are not checked where they are used.
 *
 * @throws {TypeError} If an option has the wrong type.
 */
export function checkClientOptions(options: RtmpClientOptions): void {
  checkObject("the options", options);
  const { app, caCerts, flashVer, handshake, permitAddress, signal, streamName, via } = options;
  for (const [name, value] of Object.entries({ app, flashVer, streamName })) {
    if (value !== undefined) checkString(name, value);
  }
  for (const [name, value] of Object.entries({ caCerts, via })) {
    if (value !== undefined) checkStrings(name, value);
  }
  if (handshake !== undefined) checkOneOf("handshake", handshake, HANDSHAKE_SCHEMES);
  if (permitAddress !== undefined) checkFunction("permitAddress", permitAddress);
  if (signal !== undefined) checkSignal("signal", signal);
}
