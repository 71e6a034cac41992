/**
 * Checks of addresses by a caller's `permitAddress`, whatever name resolves to them.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { RtmpError } from "../errors.ts";

/** Decides whether a client may connect to an address. */
export type PermitAddress = (address: string) => boolean;

/**
 * Checks all addresses that a host resolves to, in every spelling. If it does not resolve, this
 * checks nothing: connecting fails with the error.
 *
 * @param action What is being done, for the message of the error.
 * @throws {RtmpError} If one of them is not permitted.
 */
export async function checkHost(
  action: string,
  hostname: string,
  permit: PermitAddress,
): Promise<void> {
  const found = await lookup(hostname, { all: true }).catch(() => []);
  for (const { address } of found) checkAddress(action, address, permit);
}

/**
 * Checks one address.
 *
 * @throws {RtmpError} If it is not permitted.
 */
export function checkAddress(action: string, address: string, permit: PermitAddress): void {
  // A zone names the network of a link-local address (RFC 4007, section 11).
  const [bare = ""] = address.split("%");
  if (permit(bare) === true) return;
  throw new RtmpError(`Cannot ${action}: the address ${bare} is not permitted`);
}
