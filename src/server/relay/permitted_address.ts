/**
 * Where streams may be sent without the operator's token.
 *
 * @module
 */

import { BlockList, isIPv6 } from "node:net";

/**
 * Link-local addresses (RFC 3927; RFC 4291, section 2.5.6; by NAT64, RFC 6052): there are the
 * services of a cloud that hand out its secrets. `BlockList` knows those of IPv4 within IPv6.
 */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");
LINK_LOCAL.addSubnet("64:ff9b::a9fe:0", 112, "ipv6");

/**
 * Whether a client without a token may have the server connect to an address. Such a client is a
 * program of this machine, so that it may name this machine too.
 */
export function isPermittedWithoutToken(address: string): boolean {
  return !LINK_LOCAL.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
