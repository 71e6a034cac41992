/**
 * `/api/v1`: what goes on, as JSON.
 *
 * @module
 */

import { Hono } from "hono";
import { apiGuard } from "./api_guard.ts";
import { describeStream } from "./describe_stream.ts";
import type { HttpEnv } from "./http_routes.ts";
import type { Hub } from "../hub.ts";
import { pushRoutes } from "./push_routes.ts";
import type { Relays } from "../relay/relays.ts";

const STREAMS = "/api/v1/streams/";

/** Routes the requests of programs that watch the server, and of those that steer it. */
export function apiRoutes(
  hub: Hub,
  { pushes }: Relays,
  apiToken: string | undefined,
): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.use(apiGuard(apiToken));
  routes.route("/pushes", pushRoutes(pushes));
  routes.get("/streams", (context) => context.json({ streams: hub.streams.map(describeStream) }));
  routes.get("/streams/*", (context) => {
    const path = readPath(context.env.incoming.url ?? "");
    const stream = path === undefined ? undefined : hub.find(path);
    return stream ? context.json(describeStream(stream)) : context.notFound();
  });
  routes.delete("/streams/*", (context) => {
    const path = readPath(context.env.incoming.url ?? "");
    const stream = path === undefined ? undefined : hub.find(path);
    if (!stream) return context.notFound();
    stream.publication.close("An operator has ended this publication");
    return context.body(null, 204);
  });
  return routes;
}

/** The path of a stream in a URL: its parts are decoded one by one, a slash in a name is `%2F`. */
function readPath(target: string): string | undefined {
  const [pathname = ""] = target.split("?");
  try {
    return pathname.slice(STREAMS.length).split("/").map(decodeURIComponent).join("/");
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
