/**
 * The addresses by which other devices reach this machine.
 *
 * @module
 */

/** Addresses that are named at the start; a machine with containers has dozens. */
const MAX_ADDRESSES = 4;

/** IPv6 addresses that hold on one link alone. */
const LINK_LOCAL = /^fe[89ab]/i;

/** How an operator finds the address out, where Deno does not let us. */
export const HOW_TO_FIND_ADDRESS: string = `\`${
  { darwin: "ipconfig getifaddr en0", windows: "ipconfig" }[Deno.build.os as string] ??
    "hostname -I"
}\` prints it`;

/**
 * Those of IPv4, else of IPv6, without loopback; `undefined` where Deno does not permit to look, or
 * there are none. It never asks.
 */
export function localAddresses(): string[] | undefined {
  const permission = { name: "sys", kind: "networkInterfaces" } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return undefined;
  const all = Deno.networkInterfaces().filter(({ address }) =>
    !address.startsWith("127.") && address !== "::1" && !LINK_LOCAL.test(address)
  );
  const v4 = all.filter(({ family }) => family === "IPv4");
  const addresses = (v4.length > 0 ? v4 : all).map(({ address }) => address);
  return addresses.length > 0 ? addresses.slice(0, MAX_ADDRESSES) : undefined;
}

/** Whether a host stands for all addresses of the machine: `0.0.0.0`, `::`. */
export function isUnspecified(host: string): boolean {
  return /^[0.]+$|^[0:]*:[0:]*$/.test(host);
}

/** An address as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
