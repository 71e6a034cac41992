/**
 * A viewer over HTTP or a WebSocket: whether it may watch, and how that ends.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { HTTPException } from "hono/http-exception";
import type { Subscription } from "../../channel/subscription.ts";
import type { ServerLedger } from "../../ledger/server_ledger.ts";
import type { StreamRequest } from "../../publication/publication.ts";
import type { PeerRegistry } from "../streams/peer_registry.ts";
import { Decisions } from "../../serve/decisions.ts";
import { ErrorReport } from "../../serve/error_report.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { Authorization } from "../../serve/types.ts";
import { noteRefusal } from "../../serve/refusals.ts";
import { lagLog, logViewer } from "../streams/viewer_log.ts";
import type { HttpSocket } from "../http/http_socket.ts";
import type { StalledViewers } from "./stalled_viewers.ts";
import { readViewOptions } from "./view_options.ts";
import { after } from "../../time/idle.ts";

/**
 * How long a viewer waits at least for something of a stream that is published, in milliseconds:
 * where there is no keyframe, it begins with sound after two seconds.
 */
const BEGINNING_PATIENCE = 3_000;

/** What a viewer is told that waits, when others want its place. */
const PLACE_WANTED =
  "Too many connections: this one was closed for another, since nothing of the stream has come yet";

/** What those are told who come too late. */
export const ENDING = "The server is shutting down";

const log = getLogger(["sluice", "http"]);

/** Errors of `authorize` go to the log alone, as the server's own do over RTMP. */
const ERRORS = new ErrorReport({ onError: () => {} });

/** What viewers may have. */
export interface ViewerRules {
  /** How long a viewer may take nothing, in milliseconds. */
  timeout: number;
  /** Whether a viewer may hold the publisher back. */
  allowLossless: boolean;
  /** Whether a viewer may watch: `true`, or the reason why not. */
  authorize: (request: StreamRequest) => Authorization | Promise<Authorization>;
}

/** Where viewers come to. */
export interface ViewContext {
  streams: StreamRegistry;
  peers: PeerRegistry;
  rules: ViewerRules;
  stalledViewers: StalledViewers;
  ledger: ServerLedger;
  /** Aborted when the server shuts down: nothing begins any more. */
  ending: AbortSignal;
}

/** A viewer. */
export interface Viewer {
  protocol: "http-flv" | "ws-flv";
  request: StreamRequest;
  socket: HttpSocket;
  /** Ends it from this side. */
  cut: (reason: string) => void;
}

/**
 * Asks whether a viewer may watch.
 *
 * @throws {HTTPException} If not: 403.
 */
export async function authorizeView(
  { rules, ledger }: ViewContext,
  request: StreamRequest,
): Promise<void> {
  const refusal = await new Decisions(rules, ERRORS).authorize(request);
  if (!refusal) return;
  noteRefusal(ledger, request, refusal, "not-authorized");
  throw new HTTPException(403, { message: refusal.description });
}

/**
 * Accepts a viewer and waits for the stream to begin. A viewer that takes nothing for too long is
 * cut off.
 *
 * @param gone Ends the wait when the viewer disconnects.
 * @throws {HTTPException} If it may not watch, asks for nonsense, or nothing is published in time;
 * or if the server is shutting down.
 */
export async function beginView(
  context: ViewContext,
  viewer: Viewer,
  gone: AbortSignal,
): Promise<Subscription> {
  const { streams, peers, rules } = context;
  const { protocol, request, socket } = viewer;
  if (context.ending.aborted) throw new HTTPException(503, { message: ENDING });
  const { wait, ...wanted } = readViewOptions(request.params, rules.allowLossless);
  await authorizeView(context, request);
  const { path, remoteAddr } = request;
  const facts = { connection: socket.id, remoteAddr, path };
  const subscription = streams.subscribe(path, {
    kind: protocol,
    address: remoteAddr,
    connection: socket.id,
    outlives: true,
    announces: true,
    onLag: lagLog(facts, protocol),
    ...wanted,
  });
  const leave = peers.add({ protocol, socket, end: viewer.cut });
  subscription.done.then(leave);
  void logViewer(subscription, facts);
  const isLive = () => streams.find(path) !== undefined;
  const patience = Math.max(wait * 1000, isLive() ? BEGINNING_PATIENCE : 0);
  const result = await waitToBegin(subscription, patience, gone, socket);
  if (result === "made-way") throw new HTTPException(503, { message: PLACE_WANTED });
  if (result === "nothing") {
    if (!isLive()) {
      throw new HTTPException(404, { message: "Not found: this stream is not published" });
    }
    const message =
      "Gateway timeout: the publisher of this stream has sent nothing that can be played";
    throw new HTTPException(504, { message });
  }
  context.stalledViewers.watch(subscription, () => cutStalled(viewer, rules.timeout));
  return subscription;
}

/** Waits until there is something for the viewer, at most `patience` milliseconds. */
async function waitToBegin(
  { begun, done, tags }: Subscription,
  patience: number,
  gone: AbortSignal,
  { waiting }: HttpSocket,
): Promise<"begun" | "made-way" | "nothing"> {
  let hasMadeWay = false;
  const giveUp = () => void tags.cancel();
  const makeWay = () => {
    hasMadeWay = true;
    giveUp();
  };
  const stop = after(patience, giveUp);
  waiting.add(makeWay);
  gone.addEventListener("abort", giveUp);
  if (gone.aborted) giveUp();
  const hasBegun = await Promise.race([begun.then(() => true), done.then(() => false)]);
  stop();
  waiting.delete(makeWay);
  gone.removeEventListener("abort", giveUp);
  if (hasBegun) return "begun";
  return hasMadeWay ? "made-way" : "nothing";
}

function cutStalled({ request, socket, cut }: Viewer, timeout: number): void {
  const { remoteAddr, path } = request;
  const seconds = timeout / 1000;
  log.info("{remoteAddr} is cut off: it has taken nothing of {path} for {seconds} s", {
    connection: socket.id,
    ...{ remoteAddr, path, seconds },
  });
  cut(`Nothing was taken for ${seconds} s`);
}
