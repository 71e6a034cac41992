/**
 * The addresses that a caller permits, whatever name leads there.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { RtmpError } from "../errors.ts";

/** Says whether an address may be connected to. */
export type PermitAddress = (address: string) => boolean;

/**
 * Checks all addresses that a host leads to, in whatever spelling. Where they cannot be known, as
 * when the name does not exist, nothing is checked: connecting tells.
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
  // A zone says which network a link-local address is of (RFC 4007, section 11).
  const [bare = ""] = address.split("%");
  if (permit(bare) === true) return;
  throw new RtmpError(`Cannot ${action}: the address ${bare} is not permitted`);
}
