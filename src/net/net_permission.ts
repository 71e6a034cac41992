/**
 * Whether Deno permits an address. Where it does not, Deno itself would stop the whole program on a
 * terminal and ask; so the permission is checked first.
 *
 * @module
 */

/**
 * What Deno says of listening on an address, or of connecting to it. `granted` also for a host that is
 * none: the caller gets the better error.
 */
export function netPermission(hostname: string, port: number): Deno.PermissionState {
  try {
    const host = bracketed(hostname, port);
    return Deno.permissions.querySync({ name: "net", host }).state;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return "granted";
  }
}

/**
 * Checks that Deno permits to connect to an address.
 *
 * @param action What is being done, for the message of the error.
 * @throws {Deno.errors.NotCapable} If not; the message names the flag.
 */
export function requireNetPermission(action: string, hostname: string, port: number): void {
  if (netPermission(hostname, port) === "granted") return;
  const flag = `--allow-net=${bracketed(hostname, port)}`;
  throw new Deno.errors.NotCapable(`Cannot ${action}: Deno does not permit it without ${flag}`);
}

function bracketed(hostname: string, port: number): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
