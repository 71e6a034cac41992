/**
 * HTTP-FLV: a live stream as the body of a response.
 *
 * @module
 */

import type { Handler } from "hono";
import type { HttpEnv } from "./http_routes.ts";
import { flvBody } from "../flv_body.ts";
import type { Hub } from "../hub.ts";
import { readStreamUrl } from "./stream_url.ts";
import { beginView, cutWhenStalled, readViewOptions, type ViewerRules } from "./view.ts";

/** What browsers ask before a request, and what they are told: pages of all sites may watch. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "*",
  "access-control-max-age": "86400",
};

const FLV_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "video/x-flv",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** Answers GET, and HEAD at once: nothing is sent before there is a publisher. */
export function httpFlv(hub: Hub, rules: ViewerRules): Handler<HttpEnv> {
  return async (context) => {
    const { incoming, outgoing } = context.env;
    const url = readStreamUrl(incoming.url ?? "");
    const options = readViewOptions(url.params, rules);
    if (context.req.method === "HEAD") {
      return context.body(null, hub.find(url.path) ? 200 : 404, { ...FLV_HEADERS });
    }
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort());
    const subscription = await beginView(hub, "http-flv", url, options, gone.signal);
    const viewer = { path: url.path, remoteAddr: incoming.socket.remoteAddress ?? "" };
    cutWhenStalled(subscription, viewer, rules.timeout, () => outgoing.destroy());
    return context.body(flvBody(subscription) as ReadableStream<Uint8Array<ArrayBuffer>>, 200, {
      ...FLV_HEADERS,
    });
  };
}
