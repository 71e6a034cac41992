/**
 * Authorization of API requests.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import { httpError } from "../http/http_error.ts";
import { GuardedSecret } from "../auth/guarded_secret.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { isForLoopback, isFromOtherSite } from "../http/same_site.ts";
import { bearerOf, socketOf } from "../http/stream_request.ts";

const READ_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Requires `Authorization: Bearer` with the token for requests that change state. Without a token, as
 * on loopback, it refuses pages of other sites, which a browser on this machine could show.
 */
export function apiGuard(token: string | undefined): MiddlewareHandler<HttpEnv> {
  return token === undefined ? guardByOrigin : guardByToken(token);
}

const guardByOrigin: MiddlewareHandler<HttpEnv> = async (context, next) => {
  const header = (name: string) => context.req.header(name);
  const isReading = READ_METHODS.includes(context.req.method);
  if (isForLoopback(header) && (isReading || !isFromOtherSite(header))) return await next();
  throw httpError(403, "cross-site requests are not allowed");
};

function guardByToken(token: string): MiddlewareHandler<HttpEnv> {
  const secret = new GuardedSecret(token);
  return async (context, next) => {
    if (READ_METHODS.includes(context.req.method)) return await next();
    const given = bearerOf(context.env.incoming);
    // A request without a token does not count as a wrong guess.
    const { remoteAddr } = socketOf(context.env.incoming);
    const verdict = given === undefined ? 0 : secret.check(remoteAddr, given);
    if (verdict === true) return await next();
    if (verdict > 0) {
      context.header("retry-after", String(verdict));
      throw httpError(429, `wrong API tokens; try again in ${verdict} s`);
    }
    throw httpError(401, "the API token is missing or wrong");
  };
}
