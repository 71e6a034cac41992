/**
 * HTTP-FLV: a live stream as the body of a response.
 *
 * @module
 */

import type { Handler } from "hono";
import type { HttpEnv } from "../http/http_env.ts";
import { flvBody } from "../../channel/flv_body.ts";
import { FOR_ALL_SITES } from "../http/security_headers.ts";
import { readStreamRequest, socketOf } from "../http/stream_request.ts";
import { authorizeView, beginView, type ViewContext, type Viewer } from "./view.ts";
import { readViewOptions } from "./view_options.ts";

/** The CORS headers of streams: pages of all sites may watch. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  ...FOR_ALL_SITES,
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "*",
  "access-control-max-age": "86400",
};

const FLV_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "video/x-flv",
};

/** Answers GET when the stream has begun, and HEAD at once. */
export function httpFlv(context: ViewContext): Handler<HttpEnv> {
  return async ({ env: { incoming, outgoing }, req, body }) => {
    const request = readStreamRequest("play", incoming);
    const socket = socketOf(incoming);
    if (req.method === "HEAD") {
      readViewOptions(request.params, context.rules.allowLossless);
      await authorizeView(context, request);
      const isLive = context.streams.find(request.path) !== undefined;
      return body(null, isLive ? 200 : 404, { ...FLV_HEADERS });
    }
    const closed = new AbortController();
    const abort = () => closed.abort();
    outgoing.once("close", abort);
    // A response that waits for the one before it is not closed with the connection.
    socket.once("close", abort);
    closed.signal.addEventListener("abort", () => socket.off("close", abort));
    const cut = () => void outgoing.destroy();
    const viewer: Viewer = { protocol: "http-flv", request, socket, cut };
    const subscription = await beginView(context, viewer, closed.signal);
    return body(flvBody(subscription), 200, { ...FLV_HEADERS });
  };
}
