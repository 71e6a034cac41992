/**
 * What a browser tells of the page that asks.
 *
 * @module
 */

import { isLoopback } from "../../net/loopback.ts";

/** A `Host` that is an address, of IPv4 or IPv6, with or without a port. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\])(:\d+)?$/i;

/** Gives a header of a request. */
export type HeaderOf = (name: string) => string | undefined;

/**
 * Whether a page of another site asks, which need not be what its user wants. A browser says so in
 * `Sec-Fetch-Site`, or in `Origin` on requests that change something; programs send neither.
 */
export function isFromOtherSite(header: HeaderOf): boolean {
  const site = header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const origin = header("origin");
  return origin !== undefined && originHost(origin) !== header("host");
}

/**
 * Whether the client knows that it asks this machine: any other name may belong to a page of another
 * site that has had its own name lead here (DNS rebinding).
 */
export function isForLoopback(header: HeaderOf): boolean {
  const host = header("host") ?? "";
  return isLoopback(host.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""));
}

/**
 * Whether a page asks that a browser may have got from elsewhere under a name that leads here now
 * (DNS rebinding): it is of the same origin as far as its browser can tell. No page can do so with an
 * address in its URL. Browsers send one of these headers with requests that change something.
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
