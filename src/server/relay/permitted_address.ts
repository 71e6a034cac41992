/**
 * The addresses to which clients may push without the operator's token.
 *
 * @module
 */

import { BlockList, isIPv6 } from "node:net";

/**
 * Link-local addresses (RFC 3927; RFC 4291, section 2.5.6; by NAT64, RFC 6052). Clouds have services
 * there that return secrets. `BlockList` also matches IPv4 addresses within IPv6.
 */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");
LINK_LOCAL.addSubnet("64:ff9b::a9fe:0", 112, "ipv6");

/**
 * Whether the server may connect to an address for a client without a token. Such a client runs on
 * this machine, so addresses of this machine are permitted.
 */
export function isPermittedWithoutToken(address: string): boolean {
  return !LINK_LOCAL.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
