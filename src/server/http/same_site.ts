/**
 * What a browser tells of the page that asks.
 *
 * @module
 */

import { isLoopback } from "../loopback.ts";

/** Gives a header of a request. */
export type HeaderOf = (name: string) => string | undefined;

/**
 * Whether a page of another site asks, which need not be what its user wants. A browser says so in
 * `Sec-Fetch-Site`, or in `Origin` on whatever changes something; programs say neither.
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

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
