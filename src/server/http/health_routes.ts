/**
 * `/healthz` and `/readyz`: for whatever starts, stops and chooses servers.
 *
 * @module
 */

import { Hono } from "hono";
import type { HttpEnv } from "./http_routes.ts";

const HEADERS = { "cache-control": "no-store" } as const;

/**
 * Routes health checks.
 *
 * @param notReady Why nobody should be sent here, if so.
 */
export function healthRoutes(notReady: () => string | undefined): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  // Whoever gets an answer knows that the event loop goes round.
  routes.get("/healthz", (context) => context.json({ status: "ok" }, 200, HEADERS));
  routes.get("/readyz", (context) => {
    const reason = notReady();
    return reason === undefined
      ? context.json({ status: "ready" }, 200, HEADERS)
      : context.json({ status: "not-ready", reason }, 503, HEADERS);
  });
  return routes;
}
