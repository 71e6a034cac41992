/**
 * The target of a request and its host (RFC 9112, section 3.2).
 *
 * @module
 */

import type { IncomingMessage } from "node:http";

/** A target in absolute form, which clients send to proxies and every server must accept. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** Characters that must not be in an authority: those of a user, and any not of a host or port. */
const INVALID_IN_HOST = /[^\w.:[\]-]/;

/**
 * Turns a target in absolute form into a path, and replaces `Host` by its host, so that every rule
 * for `Host` applies to it. The host is in lower case afterwards, as browsers write it.
 *
 * @returns An error if the target or the host is invalid.
 */
export function normalizeTarget(request: IncomingMessage): string | undefined {
  const { rawHeaders, headers, url: target = "" } = request;
  const at = rawHeaders.findIndex((_, i) => isHost(rawHeaders, i));
  if (rawHeaders.some((_, i) => i > at && at >= 0 && isHost(rawHeaders, i))) {
    return "more than one Host header";
  }
  let host = headers.host;
  if (!target.startsWith("/") && target !== "*") {
    const [, authority = "", rest = ""] = ABSOLUTE.exec(target) ?? [];
    if (authority === "" || INVALID_IN_HOST.test(authority)) {
      return "the request target is neither a path nor an HTTP URL";
    }
    request.url = rest.startsWith("/") ? rest : `/${rest}`;
    host = authority;
  }
  if (host === undefined) return undefined;
  headers.host = host.toLowerCase();
  if (at < 0) rawHeaders.push("Host", headers.host);
  else rawHeaders[at + 1] = headers.host;
  return undefined;
}

/** Whether this item of `rawHeaders`, which alternate names and values, is the name `Host`. */
function isHost(rawHeaders: readonly string[], i: number): boolean {
  return i % 2 === 0 && rawHeaders[i]!.toLowerCase() === "host";
}
