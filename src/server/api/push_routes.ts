/**
 * `/api/v1/pushes`: lists, adds and removes pushes to other servers.
 *
 * @module
 */

import { Hono } from "hono";
import { httpError } from "../http/http_error.ts";
import { RtmpError } from "../../errors.ts";
import type { Pushes } from "../relay/pushes.ts";
import { type RelayOptions, RelayUrl } from "../relay/relay_url.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { readStrings } from "./json_body.ts";

const EXAMPLE = { stream: "live/demo", url: "rtmp://example.com/live/copy" };

/**
 * The routes of pushes; requests are authorized before.
 *
 * @param permitAddress Decides to which addresses pushes may connect; without it, to all.
 */
export function pushRoutes(
  pushes: Pushes,
  permitAddress?: RelayOptions["permitAddress"],
): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) => context.json({ pushes: pushes.list }));
  routes.post("/", async (context) => {
    const { stream, url, app, name } = await readStrings(context, EXAMPLE, "app", "name");
    try {
      const options = {
        ...permitAddress && { permitAddress },
        ...app !== undefined && { app },
        ...name !== undefined && { streamName: name },
      };
      const target = new RelayUrl(url, options);
      target.requirePermission();
      await target.checkAddresses();
      const push = pushes.add(stream, url, options);
      context.header("location", `/api/v1/pushes/${push.id}`);
      return context.json(push, 201);
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof RtmpError) {
        throw httpError(403, `${message} without an API token`);
      }
      if (error instanceof TypeError) throw httpError(400, message);
      if (error instanceof RangeError || error instanceof Deno.errors.NotCapable) {
        throw httpError(409, message);
      }
      throw error;
    }
  });
  routes.delete("/:id", async (context) => {
    if (await pushes.remove(context.req.param("id"))) return context.body(null, 204);
    throw httpError(404, "no push has this id");
  });
  return routes;
}
