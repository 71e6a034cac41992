/**
 * A viewer over HTTP or a WebSocket, from its request to its end.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { httpError } from "../http/http_error.ts";
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
 * Minimum wait for the first tag of a published stream, in milliseconds. Without a keyframe, a viewer
 * begins with audio after two seconds.
 */
const FIRST_TAG_TIMEOUT = 3_000;

/** The error for a waiting viewer that is evicted for another connection. */
const EVICTED =
  "too many connections: this one was closed for another, since nothing of the stream has come yet";

/** The error for requests during a shutdown. */
export const SHUTTING_DOWN_TEXT = "the server is shutting down";

const log = getLogger(["sluice", "http"]);

/** Errors of `authorize` are only logged, as over RTMP. */
const ERRORS = new ErrorReport({ onError: () => {} });

/** Rules for viewers. */
export interface ViewerRules {
  /** How long a viewer may read nothing, in milliseconds. */
  timeout: number;
  /** Whether viewers may be lossless, and so hold the publisher back. */
  allowLossless: boolean;
  /** Decides whether a viewer may watch. */
  authorize: (request: StreamRequest) => Authorization | Promise<Authorization>;
}

/** The parts of the server that viewers use. */
export interface ViewContext {
  streams: StreamRegistry;
  peers: PeerRegistry;
  rules: ViewerRules;
  stalledViewers: StalledViewers;
  ledger: ServerLedger;
  /** Aborted when the server shuts down; then no viewer begins. */
  stopping: AbortSignal;
}

/** A viewer. */
export interface Viewer {
  protocol: "http-flv" | "ws-flv";
  request: StreamRequest;
  socket: HttpSocket;
  /** Disconnects the viewer. */
  cut: (reason: string) => void;
}

/**
 * Authorizes a viewer.
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
  throw httpError(403, refusal.description);
}

/**
 * Accepts a viewer and waits for the stream to begin. A viewer that reads nothing for too long is
 * disconnected.
 *
 * @param closed Ends the wait when the viewer disconnects.
 * @throws {HTTPException} If it may not watch, an option is invalid, nothing is published in time, or
 * the server is shutting down.
 */
export async function beginView(
  context: ViewContext,
  viewer: Viewer,
  closed: AbortSignal,
): Promise<Subscription> {
  const { streams, peers, rules } = context;
  const { protocol, request, socket } = viewer;
  if (context.stopping.aborted) throw httpError(503, SHUTTING_DOWN_TEXT);
  const { wait, ...wanted } = readViewOptions(request.params, rules.allowLossless);
  await authorizeView(context, request);
  const { path, remoteAddr } = request;
  const facts = { connection: socket.id, remoteAddr, path };
  const subscription = streams.subscribe(path, {
    kind: protocol,
    address: remoteAddr,
    connection: socket.id,
    survivesPublication: true,
    announces: true,
    onLag: lagLog(facts, protocol),
    ...wanted,
  });
  const removePeer = peers.add({ protocol, socket, end: viewer.cut });
  subscription.done.then(removePeer);
  void logViewer(subscription, facts);
  const isLive = () => streams.find(path) !== undefined;
  const patience = Math.max(wait * 1000, isLive() ? FIRST_TAG_TIMEOUT : 0);
  const result = await waitToBegin(subscription, patience, closed, socket);
  if (result === "evicted") throw httpError(503, EVICTED);
  if (result === "nothing") {
    if (!isLive()) {
      throw httpError(404, "this stream is not published");
    }
    throw httpError(504, "the publisher of this stream has sent nothing that can be played");
  }
  context.stalledViewers.watch(subscription, () => cutStalled(viewer, rules.timeout));
  return subscription;
}

/** Waits for the viewer's first tag, for at most `patience` milliseconds. */
async function waitToBegin(
  { started, done, tags }: Subscription,
  patience: number,
  closed: AbortSignal,
  { waiting }: HttpSocket,
): Promise<"begun" | "evicted" | "nothing"> {
  let isEvicted = false;
  const giveUp = () => void tags.cancel();
  const evict = () => {
    isEvicted = true;
    giveUp();
  };
  const stop = after(patience, giveUp);
  waiting.add(evict);
  closed.addEventListener("abort", giveUp);
  if (closed.aborted) giveUp();
  const hasBegun = await Promise.race([started.then(() => true), done.then(() => false)]);
  stop();
  waiting.delete(evict);
  closed.removeEventListener("abort", giveUp);
  if (hasBegun) return "begun";
  return isEvicted ? "evicted" : "nothing";
}

function cutStalled({ request, socket, cut }: Viewer, timeout: number): void {
  const { remoteAddr, path } = request;
  const seconds = timeout / 1000;
  log.info("{remoteAddr} is disconnected: it has read nothing of {path} for {seconds} s", {
    connection: socket.id,
    ...{ remoteAddr, path, seconds },
  });
  cut(`Nothing was read for ${seconds} s`);
}
