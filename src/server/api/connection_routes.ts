/**
 * `/api/v1/connections`: who publishes and who watches, and how to end it.
 *
 * @module
 */

import { Hono } from "hono";
import type { Connections } from "../streams/peer_registry.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { socketOf } from "../http/stream_request.ts";

const UNKNOWN = { error: "Not found: there is no connection of this id" };

/** Routes what is asked of connections; who may ask is decided before. */
export function connectionRoutes(connections: Connections): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) => context.json({ connections: connections.list }));
  routes.get("/:id", (context) => {
    const id = context.req.param("id");
    const connection = connections.list.find((connection) => connection.id === id);
    return connection ? context.json(connection) : context.json(UNKNOWN, 404);
  });
  routes.delete("/:id", (context) => {
    const { remoteAddr } = socketOf(context.env.incoming);
    const reason = "An operator has ended this connection";
    const ended = connections.end(context.req.param("id"), reason, remoteAddr);
    return ended ? context.body(null, 204) : context.json(UNKNOWN, 404);
  });
  return routes;
}
