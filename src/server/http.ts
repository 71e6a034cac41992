/**
 * The HTTP side: live streams as FLV, and what goes on as JSON.
 *
 * @module
 */

import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { FlvMuxerStream } from "../flv/muxer.ts";
import type { Subscription } from "../channel/subscription.ts";
import { describeStream } from "./describe_stream.ts";
import type { Hub } from "./hub.ts";

/** How long a viewer waits for a publisher unless it says otherwise, in seconds. */
const DEFAULT_WAIT = 30;

/** The longest a viewer may wait, in seconds. */
const LONGEST_WAIT = 3600;

/** How often it is looked whether a viewer takes anything, in milliseconds. */
const STALL_CHECK_INTERVAL = 1_000;

type HttpEnv = { Bindings: HttpBindings };
type HttpContext = Context<HttpEnv>;

/**
 * Routes the requests of viewers and of programs that watch the server.
 *
 * @param timeout How long a viewer may take nothing, in milliseconds.
 */
export function httpRoutes(hub: Hub, timeout: number): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.get("/", (context) => context.text(greeting(hub)));
  routes.get(
    "/api/v1/streams",
    (context) => context.json({ streams: hub.streams.map(describeStream) }),
  );
  routes.get("/api/v1/streams/*", (context) => {
    const path = streamPath(context, "/api/v1/streams/");
    const stream = path === undefined ? undefined : hub.find(path);
    return stream ? context.json(describeStream(stream)) : notFound(context);
  });
  routes.get("/:path{.+\\.flv}", (context) => watch(context, hub, timeout));
  routes.notFound(notFound);
  return routes;
}

/** HTTP-FLV: nothing is sent before there is a publisher. */
async function watch(context: HttpContext, hub: Hub, timeout: number): Promise<Response> {
  const path = streamPath(context, "/")?.slice(0, -".flv".length);
  const wait = readWait(context.req.query("wait"));
  if (wait === undefined) {
    return context.json({ error: `wait must be a number from 0 to ${LONGEST_WAIT}` }, 400);
  }
  if (path === undefined) return notFound(context);
  const subscription = hub.subscribe(path, { kind: "http-flv", mode: "live", outlives: true });
  if (context.req.query("audio") === "0") subscription.receive("audio", false);
  if (context.req.query("video") === "0") subscription.receive("video", false);
  if (!await begins(subscription, wait, context.req.raw.signal)) return notFound(context);
  const { outgoing } = context.env;
  const timer = setInterval(() => {
    if (subscription.stalledFor > timeout) outgoing.destroy();
  }, STALL_CHECK_INTERVAL);
  subscription.done.then(() => clearInterval(timer));
  return new Response(subscription.tags.pipeThrough(new FlvMuxerStream()), {
    headers: {
      "content-type": "video/x-flv",
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
    },
  });
}

/** Waits for the first tag; gives up after a time, or when the viewer does. */
async function begins(
  subscription: Subscription,
  seconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  let begun = false;
  const giveUp = () => void subscription.tags.cancel();
  const timer = setTimeout(giveUp, seconds * 1000);
  signal.addEventListener("abort", giveUp);
  await Promise.race([subscription.begun.then(() => begun = true), subscription.done]);
  clearTimeout(timer);
  signal.removeEventListener("abort", giveUp);
  return begun;
}

/**
 * The path of a stream in a URL: its parts are decoded one by one, so that a slash in a name is
 * `%2F`. `undefined` when the URL is not well-formed.
 */
function streamPath(context: HttpContext, prefix: string): string | undefined {
  const { pathname } = new URL(context.req.url);
  try {
    return pathname.slice(prefix.length).split("/").map(decodeURIComponent).join("/");
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return DEFAULT_WAIT;
  const seconds = Number(text);
  return text !== "" && seconds >= 0 && seconds <= LONGEST_WAIT ? seconds : undefined;
}

function notFound(context: HttpContext): Response {
  return context.json({ error: "There is nothing here" }, 404);
}

function greeting(hub: Hub): string {
  const live = hub.streams.map(({ publication }) => `  ${publication.path}`);
  return [
    "Sluice",
    "",
    live.length > 0 ? "Live now:" : "Nothing is live.",
    ...live,
    "",
    "Publish to  rtmp://<this host>/<app>/<name>",
    "Watch       /<app>/<name>.flv",
    "Look at     /api/v1/streams",
    "",
  ].join("\n");
}
