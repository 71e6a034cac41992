/**
 * WS-FLV: a live stream as binary messages of a WebSocket, header and tags one each.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { getLogger } from "@logtape/logtape";
import { HTTPException } from "hono/http-exception";
import { flvBody } from "../../channel/flv_body.ts";
import { stackOf } from "../descriptors.ts";
import { LINGER_MS } from "../linger.ts";
import type { HttpSocket } from "./http_socket.ts";
import type { Upgrade } from "./node_server.ts";
import { answerError } from "./raw_answer.ts";
import { readStreamRequest } from "./stream_request.ts";
import { beginView, type ViewContext, type Viewer } from "./view.ts";
import { createWebSocketServer, type WebSocketPeer, type WebSocketServer } from "./websocket.ts";

const log = getLogger(["sluice", "http"]);

/** Bytes that may wait in a socket before the tags behind them wait in the viewer's queue. */
const MAX_BUFFERED = 256 * 1024;

/** Bytes in the largest message that a viewer may send; none of them means anything. */
const MAX_PAYLOAD = 4 * 1024;

/** The status of a WebSocket that is closed because the server ends it (RFC 6455, section 7.4.1). */
const POLICY_VIOLATION = 1008;

/** Answers requests for a WebSocket: with a stream, or as HTTP would when there is none. */
export function wsFlv(context: ViewContext): Upgrade {
  const server = createWebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_PAYLOAD,
  });
  return async (incoming, socket, head) => {
    try {
      const request = readStreamRequest("play", incoming);
      const gone = watchForEnd(socket);
      const opened: { peer?: WebSocketPeer } = {};
      const cut = (reason: string) => sayGoodbye(socket, opened.peer, reason);
      const viewer: Viewer = { protocol: "ws-flv", request, socket, cut };
      const subscription = await beginView(context, viewer, gone);
      const peer = shakeHands(server, incoming, socket, head);
      if (!peer) return void await subscription.tags.cancel();
      opened.peer = peer;
      // It fails when the viewer goes, which ends the subscription and nothing else.
      flvBody(subscription, { reconnects: true }).pipeTo(messagesTo(peer)).catch(() => {});
    } catch (error) {
      refuse(socket, error);
    }
  };
}

/** Closes the WebSocket, and the connection under it when the peer does not answer. */
function sayGoodbye(socket: HttpSocket, peer: WebSocketPeer | undefined, reason: string): void {
  if (!peer) return void socket.destroy();
  peer.close(POLICY_VIOLATION, reason);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}

/** Whether the peer goes before there is a stream. It has nothing to say until then. */
function watchForEnd(socket: HttpSocket): AbortSignal {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  socket.once("end", () => gone.abort());
  socket.resume();
  return gone.signal;
}

/** The WebSocket, if the request is a proper one; else it has been answered. */
function shakeHands(
  server: WebSocketServer,
  request: IncomingMessage,
  socket: HttpSocket,
  head: Buffer,
): WebSocketPeer | undefined {
  let peer: WebSocketPeer | undefined;
  server.handleUpgrade(request, socket, head, (opened) => peer = opened);
  return peer;
}

/** Each chunk as a message. Writing to one that has gone fails, and so ends the subscription. */
function messagesTo(peer: WebSocketPeer): WritableStream<Uint8Array> {
  return new WritableStream({
    start(controller) {
      peer.on("error", (error) => controller.error(error));
      peer.on("close", () => controller.error(new Error("The viewer has gone")));
    },
    write(bytes) {
      return new Promise((resolve, reject) => {
        const sent = (error?: Error) => error ? reject(error) : resolve();
        peer.send(bytes, sent);
        if (peer.bufferedAmount < MAX_BUFFERED) resolve();
      });
    },
    close: () => peer.close(1000, "The stream has ended"),
    abort: () => peer.terminate(),
  });
}

/** The answer that the request would have had without asking for another protocol. */
function refuse(socket: HttpSocket, error: unknown): void {
  const isOurs = error instanceof HTTPException;
  if (!isOurs) {
    log.error("Cannot open a WebSocket for {remoteAddr}: {error}", {
      connection: socket.id,
      remoteAddr: socket.remoteAddr,
      error: stackOf(error),
    });
  }
  const status = isOurs ? error.status : 500;
  answerError(socket, status, isOurs ? error.message : "Internal server error");
}
