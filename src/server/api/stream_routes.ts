/**
 * `/api/v1/streams`: lists live streams, and ends them.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import { httpError } from "../http/http_error.ts";
import { TIME_SLICE } from "../../time/time_slice.ts";
import type { LiveStream, StreamRegistry } from "../streams/stream_registry.ts";
import { describeStream } from "./describe_stream.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { jsonText } from "./json_text.ts";
import { socketOf } from "../http/stream_request.ts";
import { readStreamPath } from "../http/stream_url.ts";

const STREAMS = "/api/v1/streams/";

const log = getLogger(["sluice", "http"]);

/** The processing cost of a stream's description, as the bytes of media that cost the same. */
const DESCRIPTION_COST = 16 * 1024;

/** The routes of live streams; requests are authorized before. */
export function streamRoutes(streams: StreamRegistry): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", async (context) => {
    const described: string[] = [];
    await TIME_SLICE.enter();
    for (const stream of streams.live) {
      // Descriptions of a thousand streams must not block the event loop.
      const turn = TIME_SLICE.yieldIfSpent(DESCRIPTION_COST);
      if (turn) await turn;
      described.push(JSON.stringify(describeStream(stream)));
    }
    return jsonText(context, `{"streams":[${described.join(",")}]}`);
  });
  routes.get("/*", (context) => {
    const stream = findStream(streams, context.env.incoming.url ?? "");
    return context.json(describeStream(stream));
  });
  routes.delete("/*", (context) => {
    const stream = findStream(streams, context.env.incoming.url ?? "");
    const { id: publication, connection, path } = stream.publication;
    const { remoteAddr: by } = socketOf(context.env.incoming);
    log.info("{path} is ended by {by}", { connection, publication, path, by });
    stream.publication.close("An operator has ended this publication");
    return context.body(null, 204);
  });
  return routes;
}

/** The stream that a URL names; a 404 if it is not live. */
function findStream(streams: StreamRegistry, target: string): LiveStream {
  const path = readStreamPath(target, STREAMS);
  const stream = path === undefined ? undefined : streams.find(path);
  if (!stream) throw httpError(404, "this stream is not published");
  return stream;
}
