/**
 * `/api/v1/pushes`: streams sent on to other servers, added and removed while the server runs.
 *
 * @module
 */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Pushes } from "../relay/pushes.ts";

/** Bytes in the largest body that is read. */
const MAX_BODY_SIZE = 16 * 1024;

/** Routes what is asked of pushes; who may ask is decided before. */
export function pushRoutes(pushes: Pushes): Hono {
  const routes = new Hono();
  routes.get("/", (context) => context.json({ pushes: pushes.list }));
  routes.post("/", bodyLimit({ maxSize: MAX_BODY_SIZE }), async (context) => {
    const { stream, url } = await context.req.json().catch(() => ({})) ?? {};
    if (typeof stream !== "string" || typeof url !== "string") {
      return context.json(
        { error: 'The body must be { "stream": "live/demo", "url": "rtmp://..." }' },
        400,
      );
    }
    try {
      return context.json(pushes.add(stream, url), 201);
    } catch (error) {
      if (error instanceof TypeError) return context.json({ error: error.message }, 400);
      if (error instanceof RangeError) return context.json({ error: error.message }, 429);
      throw error;
    }
  });
  routes.delete("/:id", async (context) => {
    if (await pushes.remove(context.req.param("id"))) return context.body(null, 204);
    return context.json({ error: "There is no push of this id" }, 404);
  });
  return routes;
}
