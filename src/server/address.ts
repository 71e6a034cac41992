/**
 * Where peers connect from, as `address:port`.
 *
 * @module
 */

/** Writes the address of a connection; that of IPv6 stands in brackets. */
export function formatAddr(addr: Deno.Addr): string {
  if (!("hostname" in addr)) return "local:0";
  const { hostname, port } = addr;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** The address without its port. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}
