/**
 * `/api/v1/ended` and `/api/v1/ending`: the ledgers of streams that are no longer live.
 *
 * @module
 */

import { Hono } from "hono";
import { httpError } from "../http/http_error.ts";
import type { EndedStreams } from "./ended_streams.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { jsonText } from "./json_text.ts";
import { readStreamPath } from "../http/stream_url.ts";

const ENDED = "/api/v1/ended/";

/** The routes of streams that have ended. */
export function endedRoutes(streams: EndedStreams): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/ended", (context) => jsonText(context, `{"ended":[${streams.list.join(",")}]}`));
  routes.get("/ended/*", (context) => {
    const path = readStreamPath(context.env.incoming.url ?? "", ENDED);
    const stream = path === undefined ? undefined : streams.find(path);
    if (stream !== undefined) return jsonText(context, stream);
    throw httpError(404, "no stream of this path has ended recently");
  });
  routes.get("/ending", (context) => context.json({ ending: streams.ending }));
  return routes;
}
