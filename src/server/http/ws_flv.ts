/**
 * WS-FLV: a live stream as binary messages of a WebSocket, header and tags one each.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import { HTTPException } from "hono/http-exception";
import { flvBody } from "../flv_body.ts";
import type { Upgrade } from "./http_server.ts";
import type { HttpSocket } from "./http_socket.ts";
import type { Hub } from "../hub.ts";
import { readStreamUrl } from "./stream_url.ts";
import { beginView, cutWhenStalled, readViewOptions, type ViewerRules } from "./view.ts";
import { createWebSocketServer, type WebSocketPeer, type WebSocketServer } from "./websocket.ts";

/** Bytes that may wait in a socket before the tags behind them wait in the viewer's queue. */
const MAX_BUFFERED = 256 * 1024;

/** Bytes in the largest message that a viewer may send; none of them means anything. */
const MAX_PAYLOAD = 4 * 1024;

/** Answers requests for a WebSocket: with a stream, or as HTTP would when there is none. */
export function wsFlv(hub: Hub, rules: ViewerRules): Upgrade {
  const server = createWebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_PAYLOAD,
  });
  return async (request, socket, head) => {
    try {
      const url = readStreamUrl(request.url ?? "");
      const options = readViewOptions(url.params, rules);
      const gone = watchForEnd(socket);
      const subscription = await beginView(hub, "ws-flv", url, options, gone);
      const viewer = { path: url.path, remoteAddr: socket.remoteAddress };
      cutWhenStalled(subscription, viewer, rules.timeout, () => socket.destroy());
      const peer = shakeHands(server, request, socket, head);
      if (!peer) return void await subscription.tags.cancel();
      // It fails when the viewer goes, which ends the subscription and nothing else.
      flvBody(subscription).pipeTo(messagesTo(peer)).catch(() => {});
    } catch (error) {
      refuse(socket, error);
    }
  };
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
  const status = isOurs ? error.status : 500;
  const body = JSON.stringify({ error: isOurs ? error.message : "Something failed here" });
  socket.on("error", () => {});
  socket.write([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/json",
    `content-length: ${new TextEncoder().encode(body).length}`,
    "connection: close",
    "",
    body,
  ].join("\r\n"));
  // What the viewer may still say is read and thrown away.
  socket.resume();
  socket.destroySoon();
}
