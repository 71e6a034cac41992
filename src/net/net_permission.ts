/**
 * Checks of Deno's permission for an address, before each use: on a terminal, Deno itself would
 * block the whole program with a prompt.
 *
 * @module
 */

/**
 * Deno's permission to listen on an address, or to connect to it. `granted` also for a malformed
 * host: the operation itself then throws the better error.
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
 * Checks that Deno permits connections to an address.
 *
 * @param action What is being done, for the message of the error.
 * @throws {Deno.errors.NotCapable} If it does not; the message names the missing flag.
 */
export function requireNetPermission(action: string, hostname: string, port: number): void {
  if (netPermission(hostname, port) === "granted") return;
  const flag = `--allow-net=${bracketed(hostname, port)}`;
  throw new Deno.errors.NotCapable(`Cannot ${action}: Deno does not permit it without ${flag}`);
}

function bracketed(hostname: string, port: number): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
