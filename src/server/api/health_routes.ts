/**
 * `/healthz` and `/readyz`: health checks for supervisors and load balancers.
 *
 * @module
 */

import { Hono } from "hono";
import type { HttpEnv } from "../http/http_env.ts";

/**
 * The routes of health checks.
 *
 * @param notReady Returns why a load balancer should send no clients here; `undefined` if it should.
 */
export function healthRoutes(notReady: () => string | undefined): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  // An answer proves that the event loop runs.
  routes.get("/healthz", (context) => context.json({ status: "ok" }));
  routes.get("/readyz", (context) => {
    const reason = notReady();
    return reason === undefined
      ? context.json({ status: "ready" })
      : context.json({ status: "not-ready", reason }, 503);
  });
  return routes;
}
