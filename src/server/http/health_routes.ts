/**
 * `/healthz` and `/readyz`: for whatever starts, stops and chooses servers.
 *
 * @module
 */

import { Hono } from "hono";
import type { HttpEnv } from "./http_env.ts";

const HEADERS = { "cache-control": "no-store" } as const;

/**
 * Routes health checks.
 *
 * @param notReady Why a load balancer should send no clients here, if so.
 */
export function healthRoutes(notReady: () => string | undefined): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  // An answer proves that the event loop runs.
  routes.get("/healthz", (context) => context.json({ status: "ok" }, 200, HEADERS));
  routes.get("/readyz", (context) => {
    const reason = notReady();
    return reason === undefined
      ? context.json({ status: "ready" }, 200, HEADERS)
      : context.json({ status: "not-ready", reason }, 503, HEADERS);
  });
  return routes;
}
