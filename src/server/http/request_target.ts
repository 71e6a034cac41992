/**
 * The target of a request and its host (RFC 9112, section 3.2).
 *
 * @module
 */

import type { IncomingMessage } from "node:http";

/** A target in absolute form: what a client sends to a proxy, and every server has to take. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** What an authority must not have: a user, or anything that is of no host and no port. */
const INVALID_IN_HOST = /[^\w.:[\]-]/;

/**
 * Brings a target in absolute form into the usual one, with its host in the place of `Host`, which
 * it replaces: every rule for `Host` holds for it, whatever else the client has sent. The host is in
 * small letters afterwards, as browsers write it.
 *
 * @returns What is wrong with the target or the host, if something is.
 */
export function normalizeTarget(request: IncomingMessage): string | undefined {
  const { rawHeaders, headers, url: target = "" } = request;
  const at = rawHeaders.findIndex((_, i) => isHost(rawHeaders, i));
  if (rawHeaders.some((_, i) => i > at && at >= 0 && isHost(rawHeaders, i))) {
    return "More than one Host header";
  }
  let host = headers.host;
  if (!target.startsWith("/") && target !== "*") {
    const [, authority = "", rest = ""] = ABSOLUTE.exec(target) ?? [];
    if (authority === "" || INVALID_IN_HOST.test(authority)) {
      return "The request target is neither a path nor an HTTP URL";
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

/** Whether the name of the header `Host` stands here; values follow their names. */
function isHost(rawHeaders: readonly string[], i: number): boolean {
  return i % 2 === 0 && rawHeaders[i]!.toLowerCase() === "host";
}
