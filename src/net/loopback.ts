/**
 * Loopback: the addresses that only this machine can reach.
 *
 * @module
 */

/** Whether a host is a loopback address or `localhost`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
