/**
 * All HTTP routes: the page, health checks, metrics, the API, and streams as FLV.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { httpError } from "./http/http_error.ts";
import { apiGuard } from "./api/api_guard.ts";
import { type ApiContext, apiRoutes } from "./api/api_routes.ts";
import { stackOf } from "../net/file_descriptors.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { healthRoutes } from "./api/health_routes.ts";
import type { HttpEnv } from "./http/http_env.ts";
import { CORS_HEADERS, httpFlv } from "./media/http_flv.ts";
import { httpPublish, type PublishContext } from "./media/http_publish.ts";
import { metricsRoutes } from "./metrics/metrics_routes.ts";
import { pageRoutes } from "./page/page_routes.ts";
import { FOR_ALL_SITES } from "./http/security_headers.ts";
import { socketOf } from "./http/stream_request.ts";
import type { ViewContext } from "./media/view.ts";
import type { PeerRegistry } from "./streams/peer_registry.ts";

/** The parts of the server that the routes use. */
export interface HttpContext extends ApiContext, ViewContext, PublishContext {
  peers: PeerRegistry;
  metrics: Metrics;
  /** Returns why a load balancer should send no clients here; `undefined` if it should. */
  notReady: () => string | undefined;
}

/** The pattern of stream URLs, which are all URLs without another route. */
const STREAM = "/*" as const;

const VIEW_METHODS: readonly string[] = ["GET", "HEAD"];

/** The methods of publishers: FFmpeg uses POST, other programs PUT. */
const PUBLISH_METHODS: readonly string[] = ["POST", "PUT"];

const log = getLogger(["sluice", "http"]);

/** The routes of the HTTP server. */
export function httpRoutes(context: HttpContext): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.route("/", pageRoutes());
  routes.route("/", healthRoutes(context.notReady));
  routes.use("/metrics", apiGuard(context.apiToken));
  routes.route("/metrics", metricsRoutes(context.metrics));
  routes.route("/api/v1", apiRoutes(context));
  routes.all("/api/*", (context) => context.notFound());
  routes.use(STREAM, async (context, next) => {
    await next();
    // Pages of other sites may watch, and may read errors.
    if (!VIEW_METHODS.includes(context.req.method)) return;
    for (const [name, value] of Object.entries(FOR_ALL_SITES)) context.header(name, value);
  });
  routes.options(STREAM, (context) => context.body(null, 204, { ...CORS_HEADERS }));
  routes.get(STREAM, httpFlv(context));
  routes.on([...PUBLISH_METHODS], STREAM, httpPublish(context));
  routes.all(STREAM, (context) => {
    context.header("allow", "GET, HEAD, OPTIONS, POST, PUT");
    throw httpError(405, context.req.method);
  });
  routes.notFound(() => {
    throw httpError(404);
  });
  routes.onError((error, context) => {
    // A connection with an unread body is closed.
    const { method, path } = context.req;
    const isPublishing = PUBLISH_METHODS.includes(method) && !path.startsWith("/api/");
    const isShort = error instanceof HTTPException && error.status === 503;
    if (isPublishing || isShort) context.header("connection", "close");
    if (!(error instanceof HTTPException)) {
      log.error("Cannot answer {method} {url}: {error}", {
        connection: socketOf(context.env.incoming).id,
        method: context.req.method,
        url: context.req.path,
        error: stackOf(error),
      });
      return context.json({ error: httpError(500).message }, 500);
    }
    if (error.status === 401) context.header("www-authenticate", "Bearer");
    return context.json({ error: error.message }, error.status);
  });
  return routes;
}
