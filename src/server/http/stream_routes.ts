/**
 * `/api/v1/streams`: what is live, and how to end it.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import type { Hub, LiveStream } from "../hub.ts";
import { describeStream } from "./describe_stream.ts";
import type { HttpEnv } from "./http_routes.ts";
import { socketOf } from "./stream_request.ts";
import { readStreamPath } from "./stream_url.ts";

const STREAMS = "/api/v1/streams/";

const log = getLogger(["sluice", "http"]);

const UNKNOWN = { error: "Nobody publishes this stream" };

/** Routes what is asked of streams; who may ask is decided before. */
export function streamRoutes(hub: Hub): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) => {
    return context.json({ streams: hub.streams.map(describeStream) });
  });
  routes.get("/*", (context) => {
    const stream = findStream(hub, context.env.incoming.url ?? "");
    if (!stream) return context.json(UNKNOWN, 404);
    return context.json(describeStream(stream));
  });
  routes.delete("/*", (context) => {
    const stream = findStream(hub, context.env.incoming.url ?? "");
    if (!stream) return context.json(UNKNOWN, 404);
    const { id: publication, connection, path } = stream.publication;
    const { remoteAddr: by } = socketOf(context.env.incoming);
    log.info("{path} is ended by {by}", { connection, publication, path, by });
    stream.publication.close("An operator has ended this publication");
    return context.body(null, 204);
  });
  return routes;
}

/** The stream that a URL names, if it is live. */
function findStream(hub: Hub, target: string): LiveStream | undefined {
  const path = readStreamPath(target, STREAMS);
  return path === undefined ? undefined : hub.find(path);
}
