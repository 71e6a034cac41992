/**
 * `/api/v1/recordings`: lists, starts and stops recordings.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import { httpError } from "../http/http_error.ts";
import { streamPath } from "../../publication/stream_path.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { Recordings } from "../record/recordings.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { readStrings } from "./json_body.ts";
import { socketOf } from "../http/stream_request.ts";

const EXAMPLE = { stream: "live/demo" };

const log = getLogger(["sluice", "recording"]);

/**
 * The routes of recordings; requests are authorized before.
 *
 * @param recordings `undefined` if the server has no directory for recordings.
 */
export function recordingRoutes(
  streams: StreamRegistry,
  recordings: Recordings | undefined,
): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) =>
    context.json({
      recordings: recordings?.list ?? [],
      failed: recordings?.failed ?? 0,
      lastFailure: recordings?.lastFailure ?? null,
    }));
  routes.post("/", async (context) => {
    const { stream: wanted } = await readStrings(context, EXAMPLE);
    if (!recordings) {
      throw httpError(409, "recording is off: the server needs --record or --record-on-demand");
    }
    const path = streamPath("", wanted);
    const stream = "path" in path ? streams.find(path.path) : undefined;
    if (!stream) {
      throw httpError(404, "this stream is not published");
    }
    const running = recordings.find(stream.publication);
    if (running) {
      throw httpError(409, `already recorded, as ${running.id}`);
    }
    const recording = await recordings.start(stream).catch((cause) => {
      throw httpError(500, cause.message, cause);
    });
    context.header("location", `/api/v1/recordings/${recording.id}`);
    return context.json(recording, 201);
  });
  routes.delete("/:id", async (context) => {
    const id = context.req.param("id");
    const recording = recordings?.list.find((recording) => recording.id === id);
    if (!recording) {
      throw httpError(404, "no recording has this id");
    }
    log.info("The recording {name} of {path} is ended by {by}", {
      name: recording.fileName,
      path: recording.publication.path,
      by: socketOf(context.env.incoming).remoteAddr,
    });
    await recordings?.stop(id);
    return context.body(null, 204);
  });
  return routes;
}
