/**
 * `/metrics`: the metrics for Prometheus.
 *
 * @module
 */

import { Hono } from "hono";
import type { Metrics } from "./metrics.ts";
import type { HttpEnv } from "../http/http_env.ts";

/** The route of metrics. */
export function metricsRoutes(metrics: Metrics): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", async (context) => {
    return context.body(await metrics.text(), 200, {
      "content-type": metrics.contentType,
    });
  });
  return routes;
}
