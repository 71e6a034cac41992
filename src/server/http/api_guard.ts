/**
 * Who may change something over HTTP.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import { Guesses } from "../guesses.ts";
import { isSameSecret } from "../secrets.ts";
import type { HttpEnv } from "./http_env.ts";
import { isForLoopback, isFromOtherSite } from "./same_site.ts";
import { bearerOf, socketOf } from "./stream_request.ts";

const READING: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Lets reading pass, and whatever changes something only with `Authorization: Bearer` and the token.
 * Where there is none, as on loopback, it keeps out pages of other sites, which a browser on this
 * machine could be showing.
 */
export function apiGuard(token: string | undefined): MiddlewareHandler<HttpEnv> {
  return token === undefined ? guardByPlace : guardByToken(token);
}

const guardByPlace: MiddlewareHandler<HttpEnv> = async (context, next) => {
  const header = (name: string) => context.req.header(name);
  const isReading = READING.includes(context.req.method);
  if (isForLoopback(header) && (isReading || !isFromOtherSite(header))) return await next();
  return context.json({ error: "Cross-site requests are not allowed" }, 403);
};

function guardByToken(token: string): MiddlewareHandler<HttpEnv> {
  const guesses = new Guesses();
  return async (context, next) => {
    if (READING.includes(context.req.method)) return await next();
    const { remoteAddr } = socketOf(context.env.incoming);
    const seconds = guesses.wait(remoteAddr);
    if (seconds > 0) {
      context.header("retry-after", String(seconds));
      return context.json({ error: "Too many wrong tokens came from this address" }, 429);
    }
    const given = bearerOf(context.env.incoming);
    if (given !== undefined && isSameSecret(given, token)) return await next();
    // A request without a token is no guess.
    if (given !== undefined) guesses.add(remoteAddr);
    context.header("www-authenticate", "Bearer");
    return context.json({ error: "The API token is missing or wrong" }, 401);
  };
}
