/**
 * `/api/v1/connections`: lists connections, and ends them.
 *
 * @module
 */

import { Hono } from "hono";
import { httpError } from "../http/http_error.ts";
import type { PeerRegistry } from "../streams/peer_registry.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { socketOf } from "../http/stream_request.ts";

const UNKNOWN = "no connection has this id";

/** The routes of connections; requests are authorized before. */
export function connectionRoutes(peers: PeerRegistry): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) => context.json({ connections: peers.list }));
  routes.get("/:id", (context) => {
    const peer = peers.find(context.req.param("id"));
    if (!peer) throw httpError(404, UNKNOWN);
    return context.json(peer);
  });
  routes.delete("/:id", (context) => {
    const { remoteAddr } = socketOf(context.env.incoming);
    const reason = "An operator has ended this connection";
    const ended = peers.end(context.req.param("id"), reason, remoteAddr);
    if (!ended) throw httpError(404, UNKNOWN);
    return context.body(null, 204);
  });
  return routes;
}
