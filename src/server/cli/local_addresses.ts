/**
 * The addresses at which other devices reach this machine.
 *
 * @module
 */

/** The most addresses that are announced; a machine with containers has dozens. */
const MAX_ADDRESSES = 4;

/** Link-local addresses of IPv6. */
const LINK_LOCAL = /^fe[89ab]/i;

/** A hint how the operator finds the address, if Deno does not permit to look. */
export const HOW_TO_FIND_ADDRESS: string = `\`${
  { darwin: "ipconfig getifaddr en0", windows: "ipconfig" }[Deno.build.os as string] ??
    "hostname -I"
}\` prints it`;

/**
 * The addresses of IPv4, or else of IPv6, without loopback. `undefined` if there are none, or if Deno
 * does not permit to look; it does not prompt for the permission.
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

/** Whether a host means all addresses of the machine: `0.0.0.0`, `::`. */
export function isUnspecified(host: string): boolean {
  return /^[0.]+$|^[0:]*:[0:]*$/.test(host);
}

/** An address as the host of a URL. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
