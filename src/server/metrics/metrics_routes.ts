/**
 * `/metrics`: what Prometheus reads.
 *
 * @module
 */

import { Hono } from "hono";
import type { Metrics } from "./metrics.ts";
import type { HttpEnv } from "../http/http_env.ts";

/** Routes the requests of Prometheus. */
export function metricsRoutes(metrics: Metrics): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", async (context) => {
    return context.body(await metrics.text(), 200, {
      "content-type": metrics.contentType,
    });
  });
  return routes;
}
