/**
 * `/api/v1/connections`: lists connections, and ends them.
 *
 * @module
 */

import { Hono } from "hono";
import type { PeerRegistry } from "../streams/peer_registry.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { socketOf } from "../http/stream_request.ts";

const UNKNOWN = { error: "Not found: no connection has this id" };

/** The routes of connections; requests are authorized before. */
export function connectionRoutes(peers: PeerRegistry): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) => context.json({ connections: peers.list }));
  routes.get("/:id", (context) => {
    const peer = peers.find(context.req.param("id"));
    return peer ? context.json(peer) : context.json(UNKNOWN, 404);
  });
  routes.delete("/:id", (context) => {
    const { remoteAddr } = socketOf(context.env.incoming);
    const reason = "An operator has ended this connection";
    const ended = peers.end(context.req.param("id"), reason, remoteAddr);
    return ended ? context.body(null, 204) : context.json(UNKNOWN, 404);
  });
  return routes;
}
