/**
 * Checks of the site from which a browser sends a request.
 *
 * @module
 */

import { isLoopback } from "../../net/loopback.ts";

/** A `Host` that is an address, of IPv4 or IPv6, with or without a port. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\])(:\d+)?$/i;

/** Returns a header of a request. */
export type HeaderOf = (name: string) => string | undefined;

/**
 * Whether a page of another site sends the request, which its user may not want. Browsers send
 * `Sec-Fetch-Site`, or `Origin` with requests that change state; programs send neither.
 */
export function isFromOtherSite(header: HeaderOf): boolean {
  const site = header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const origin = header("origin");
  return origin !== undefined && originHost(origin) !== header("host");
}

/**
 * Whether the request names this machine as its host. Any other name may belong to another site
 * whose name resolves to this machine (DNS rebinding).
 */
export function isForLoopback(header: HeaderOf): boolean {
  const host = header("host") ?? "";
  return isLoopback(host.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""));
}

/**
 * Whether the request may come from a page of another site by DNS rebinding: the site's name now
 * resolves to this server, so its browser sees one origin. A page whose URL has an address cannot do
 * so. Browsers send one of these headers with requests that change state.
 */
export function mayBeRebound(header: HeaderOf): boolean {
  const isBrowser = header("origin") !== undefined || header("sec-fetch-site") !== undefined;
  return isBrowser && !isForLoopback(header) && !ADDRESS.test(header("host") ?? "");
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
