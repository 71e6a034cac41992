/**
 * WS-FLV: a live stream as binary messages of a WebSocket, one for the header and one for each tag.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { getLogger } from "@logtape/logtape";
import { HTTPException } from "hono/http-exception";
import { httpError } from "../http/http_error.ts";
import { flvBody } from "../../channel/flv_body.ts";
import { stackOf } from "../../net/file_descriptors.ts";
import { LINGER_MS } from "../../net/linger.ts";
import type { HttpSocket } from "../http/http_socket.ts";
import type { Upgrade } from "../http/node_server.ts";
import { answerError } from "../http/raw_answer.ts";
import { isFromOtherSite } from "../http/same_site.ts";
import { readStreamRequest } from "../http/stream_request.ts";
import { beginView, type ViewContext, type Viewer } from "./view.ts";
import {
  createWebSocketServer,
  type WebSocketPeer,
  type WebSocketServer,
} from "../http/websocket.ts";
import { after } from "../../time/idle.ts";

const log = getLogger(["sluice", "http"]);

/** The most bytes that wait in a socket; further tags wait in the viewer's queue. */
const MAX_BUFFERED = 256 * 1024;

/** The largest message that a viewer may send, in bytes. Messages of viewers are ignored. */
const MAX_PAYLOAD = 4 * 1024;

/** The close code when the server disconnects a viewer (RFC 6455, section 7.4.1). */
const POLICY_VIOLATION = 1008;

/** A handshake key: 16 bytes in base64 (RFC 6455, section 4.1). */
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** The protocol versions that `ws` supports; 8 was a draft of 13. */
const VERSIONS: readonly string[] = ["8", "13"];

/** Answers requests for a WebSocket with a stream, or with an HTTP error. */
export function wsFlv(context: ViewContext): Upgrade {
  const server = createWebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_PAYLOAD,
  });
  return async (incoming, socket, head) => {
    try {
      checkHandshake(incoming);
      checkCredentials(incoming);
      const request = readStreamRequest("play", incoming);
      const closed = watchForClose(socket);
      const opened: { peer?: WebSocketPeer } = {};
      const cut = (reason: string) => closeWebSocket(socket, opened.peer, reason);
      const viewer: Viewer = { protocol: "ws-flv", request, socket, cut };
      const subscription = await beginView(context, viewer, closed);
      const peer = shakeHands(server, incoming, socket, head);
      if (!peer) return void await subscription.tags.cancel();
      opened.peer = peer;
      // It fails when the viewer disconnects, which only ends the subscription.
      flvBody(subscription, { reconnects: true }).pipeTo(messagesTo(peer)).catch(() => {});
    } catch (error) {
      refuse(socket, error);
    }
  };
}

/**
 * Checks the opening handshake (RFC 6455, section 4.2.1) before the wait for a stream.
 *
 * @throws {HTTPException} If it is invalid: 400 or 405.
 */
function checkHandshake({ method, headers }: IncomingMessage): void {
  if (method !== "GET") {
    throw httpError(405, "a WebSocket needs GET");
  }
  if (!HANDSHAKE_KEY.test(headers["sec-websocket-key"] ?? "")) {
    throw httpError(400, "Sec-WebSocket-Key is missing or malformed");
  }
  if (!VERSIONS.includes(headers["sec-websocket-version"] ?? "")) {
    throw httpError(400, "Sec-WebSocket-Version must be 13");
  }
}

/**
 * Refuses pages of other sites that send credentials. A browser sends its cookies and password for a
 * proxy before this server with a WebSocket of any page, and lets that page read the stream.
 *
 * @throws {HTTPException} If a page of another site sends them: 403.
 */
function checkCredentials({ headers }: IncomingMessage): void {
  if (headers.cookie === undefined && headers.authorization === undefined) return;
  const header = (name: string) => headers[name] as string | undefined;
  if (!isFromOtherSite(header)) return;
  throw httpError(403, "cross-site requests with cookies or passwords are not allowed");
}

/** Closes the WebSocket, and the connection under it when the peer does not answer. */
function closeWebSocket(socket: HttpSocket, peer: WebSocketPeer | undefined, reason: string): void {
  if (!peer) return void socket.destroy();
  peer.close(POLICY_VIOLATION, reason);
  socket.once("close", after(LINGER_MS, () => socket.destroy()));
}

/**
 * A signal that is aborted when the viewer disconnects. What it sends before the handshake is
 * dropped.
 */
function watchForClose(socket: HttpSocket): AbortSignal {
  const closed = new AbortController();
  socket.once("close", () => closed.abort());
  socket.once("end", () => closed.abort());
  socket.resume();
  return closed.signal;
}

/** Completes the handshake. Returns nothing if `ws` has refused the request. */
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

/**
 * A sink that sends each chunk as a message. A write to a viewer that has disconnected fails, and so
 * ends the subscription.
 */
function messagesTo(peer: WebSocketPeer): WritableStream<Uint8Array> {
  return new WritableStream({
    start(controller) {
      peer.on("error", (error) => controller.error(error));
      peer.on("close", () => controller.error(new Error("The viewer disconnected")));
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

/** Answers with an HTTP error, and closes the connection. */
function refuse(socket: HttpSocket, error: unknown): void {
  const isOurs = error instanceof HTTPException;
  if (!isOurs) {
    log.error("Cannot open a WebSocket for {remoteAddr}: {error}", {
      connection: socket.id,
      remoteAddr: socket.remoteAddr,
      error: stackOf(error),
    });
  }
  answerError(socket, isOurs ? error : httpError(500));
}
