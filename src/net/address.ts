/**
 * Addresses of peers, as `address:port`.
 *
 * @module
 */

/** Formats the address of a connection; an IPv6 address is put in brackets. */
export function formatAddr(addr: Deno.Addr): string {
  if (!("hostname" in addr)) return "local:0";
  const { hostname, port } = addr;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** The address without its port. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}

/**
 * The network of an address, all of which one client may control: the IPv4 address itself, also when
 * mapped into IPv6 (RFC 4291, section 2.5.5.2), or the first 64 bits of an IPv6 address.
 *
 * @param address As `address:port`.
 */
export function networkOf(address: string): string {
  const host = hostOf(address);
  const [, mapped] = /^\[::ffff:([\d.]+)\]$/i.exec(host) ?? [];
  if (mapped !== undefined) return mapped;
  if (!host.startsWith("[")) return host;
  const [head = "", tail] = host.slice(1, -1).split("::");
  const groups = head.split(":");
  const rest = tail === undefined ? [] : tail.split(":");
  const zeros = Array(Math.max(0, 8 - groups.length - rest.length)).fill("0");
  return [...groups, ...zeros, ...rest].slice(0, 4).join(":");
}
