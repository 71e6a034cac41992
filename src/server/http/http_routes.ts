/**
 * The HTTP side: live streams as FLV, both ways, and what goes on as JSON.
 *
 * @module
 */

import type { HttpBindings } from "@hono/node-server";
import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { apiRoutes } from "./api_routes.ts";
import { CORS_HEADERS, httpFlv } from "./http_flv.ts";
import { httpPublish } from "./http_publish.ts";
import type { Hub } from "../hub.ts";
import type { Relays } from "../relay/relays.ts";
import type { RtmpServer } from "../serve.ts";
import type { ViewerRules } from "./view.ts";

/** What routes know of a request beside what every server does: Node's own two ends of it. */
export type HttpEnv = { Bindings: HttpBindings };

/** What the routes lead to. */
export interface HttpContext {
  hub: Hub;
  publish: RtmpServer["publish"];
  viewers: ViewerRules;
  relays: Relays;
  /** What has to be shown by whoever changes something; nothing where nobody else can connect. */
  apiToken: string | undefined;
}

/** The URL of a stream, as far as it takes to tell it from others. */
const STREAM = "/*" as const;

const log = getLogger(["sluice", "http"]);

/** Routes the requests of viewers, of publishers, and of programs that watch the server. */
export function httpRoutes(
  { hub, publish, viewers, relays, apiToken }: HttpContext,
): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) => context.text(greeting(hub)));
  routes.route("/api/v1", apiRoutes(hub, relays, apiToken));
  routes.all("/api/*", (context) => context.notFound());
  routes.use(STREAM, async (context, next) => {
    await next();
    // Pages of other sites may watch, and may know why they cannot.
    context.header("access-control-allow-origin", "*");
  });
  routes.options(STREAM, (context) => context.body(null, 204, { ...CORS_HEADERS }));
  routes.get(STREAM, httpFlv(hub, viewers));
  routes.put(STREAM, httpPublish(publish));
  routes.all(STREAM, (context) => {
    context.header("allow", "GET, HEAD, OPTIONS, PUT");
    return context.json({ error: `${context.req.method} is not for streams` }, 405);
  });
  routes.notFound((context) => context.json({ error: "There is nothing here" }, 404));
  routes.onError((error, context) => {
    // The body that nobody wants goes with the connection.
    if (context.req.method === "PUT") context.header("connection", "close");
    if (!(error instanceof HTTPException)) {
      log.error("Cannot answer {method} {url}: {error}", {
        method: context.req.method,
        url: context.req.path,
        error: error.stack ?? String(error),
      });
      return context.json({ error: "Something failed here" }, 500);
    }
    if (error.status === 401) context.header("www-authenticate", "Bearer");
    return context.json({ error: error.message }, error.status);
  });
  return routes;
}

function greeting(hub: Hub): string {
  const live = hub.streams.map(({ publication }) => `  ${publication.path}`);
  return [
    "Sluice",
    "",
    live.length > 0 ? "Live now:" : "Nothing is live.",
    ...live,
    "",
    "Publish to  rtmp://<this host>/<app>/<name>",
    "Watch       /<app>/<name>.flv",
    "Look at     /api/v1/streams",
    "",
  ].join("\n");
}
