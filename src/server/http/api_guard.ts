/**
 * Who may change something over HTTP.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import { isLoopback } from "../loopback.ts";
import { isSameSecret } from "../secrets.ts";

const READING: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Lets reading pass, and whatever changes something only with `Authorization: Bearer` and the token.
 * Where there is none, as on loopback, it keeps out pages of other sites, which a browser on this
 * machine could be showing.
 */
export function apiGuard(token: string | undefined): MiddlewareHandler {
  return async (context, next) => {
    if (READING.includes(context.req.method)) return await next();
    if (token === undefined) {
      const host = context.req.header("host") ?? "";
      const origin = context.req.header("origin");
      if (isLoopbackHost(host) && (origin === undefined || originHost(origin) === host)) {
        return await next();
      }
      return context.json({ error: "Requests from other sites are not taken" }, 403);
    }
    const [scheme, given] = (context.req.header("authorization") ?? "").split(" ");
    if (scheme?.toLowerCase() === "bearer" && isSameSecret(given ?? "", token)) {
      return await next();
    }
    context.header("www-authenticate", "Bearer");
    return context.json({ error: "The API token is missing or wrong" }, 401);
  };
}

/** A name that only happens to lead here may be a page of another site in disguise. */
function isLoopbackHost(host: string): boolean {
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
