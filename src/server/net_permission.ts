/**
 * Whether Deno permits an address. Where it does not, Deno itself would stop the whole program on a
 * terminal and ask; so it is looked up first.
 *
 * @module
 */

/**
 * What Deno says of listening on an address, or of connecting to it. `granted` also for a host that is
 * none: whoever uses it gets the better error.
 */
export function netPermission(hostname: string, port: number): Deno.PermissionState {
  const host = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  try {
    return Deno.permissions.querySync({ name: "net", host }).state;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return "granted";
  }
}
