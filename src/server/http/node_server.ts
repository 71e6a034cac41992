/**
 * Node's HTTP server, which gets its connections from this program.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { HTTPException } from "hono/http-exception";
import { httpError } from "./http_error.ts";
import type { Shortage } from "./connection_slots.ts";
import type { HttpSocket } from "./http_socket.ts";
import type { HttpSockets } from "./http_sockets.ts";
import { Misdirected } from "./misdirected.ts";
import { answerError } from "./raw_answer.ts";
import { normalizeTarget } from "./request_target.ts";
import { FOR_ALL_SITES, SECURITY_HEADERS } from "./security_headers.ts";
import { socketOf } from "./stream_request.ts";

/**
 * The most pipelined requests of a connection. Node starts all of them at once, without a limit: with
 * a viewer for each, one connection would exceed the limit on connections.
 */
const MAX_PIPELINED = 4;

/** The host of a request without one, which HTTP/1.0 permits and simple health checks send. */
const NO_HOST = "localhost";

/** The error for a client when there is no slot for it. */
const SHORTAGE_TEXT: Readonly<Record<Shortage, string>> = {
  "no-descriptors": "the server is short of file descriptors",
  "too-many": "too many HTTP connections",
  "too-many-of-address": "too many HTTP connections from this address",
};

/** Seconds after which a client without a slot may try again. */
const RETRY_AFTER = 5;

/** The handlers of requests. */
export interface HttpHandlers {
  /** Answers requests. */
  fetch: Parameters<typeof getRequestListener>[0];
  upgrade: Upgrade;
}

/** Takes over the connection of a request that upgrades to another protocol. */
export type Upgrade = (request: IncomingMessage, socket: HttpSocket, head: Buffer) => void;

/** Makes a server for the connections of `sockets`; `stop` ends its timers. */
export function nodeServer(
  { fetch, upgrade }: HttpHandlers,
  sockets: HttpSockets,
): { server: Server; stop: () => void } {
  // The unread rest of a body is dropped with its connection, which `HttpSocket` closes gracefully.
  const answer = getRequestListener(fetch, {
    autoCleanupIncoming: false,
    hostname: NO_HOST,
    // A program that imports us may use `Deno.serve`, which knows no other `Response`.
    overrideGlobalObjects: false,
    errorHandler: (error) =>
      error instanceof RequestError
        ? jsonError(httpError(400, "malformed Host or request target"))
        : jsonError(httpError(500)),
  });
  const options = {
    // `HttpSockets.closeSlow` does this, and leaves out the time in which the server stood still.
    headersTimeout: 0,
    requestTimeout: 0,
    // Node has it since version 24, and its types do not.
    shouldUpgradeCallback: asksForWebSocket,
  };
  const server = createServer(options, (request, response) => {
    const socket = socketOf(request);
    if (socket.requests > MAX_PIPELINED) return void socket.destroy();
    beginRequest(socket);
    if (hasBody(request)) socket.body = request;
    response.once("close", () => socket.requests--);
    // Deno would never read the rest of an unread body, nor the requests after it.
    response.once("finish", () => void request.resume());
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const targetError = normalizeTarget(request);
    if (targetError !== undefined) return refuse(response, httpError(400, targetError));
    const shortage = sockets.admit(socket, request.url ?? "");
    if (shortage) {
      // Pages of other sites may know why they cannot watch.
      const headers = { ...FOR_ALL_SITES, "retry-after": String(RETRY_AFTER) };
      refuse(response, httpError(503, SHORTAGE_TEXT[shortage]), headers);
    } else void answer(request, response);
  });
  server.on("upgrade", (request, stream, head) => {
    const socket = stream as HttpSocket;
    // An answer on the connection forbids an upgrade.
    if (socket.requests > 0) return void socket.destroy();
    // The connection belongs to the upgrade until it is closed.
    beginRequest(socket);
    const targetError = normalizeTarget(request);
    if (targetError !== undefined) return answerError(socket, httpError(400, targetError));
    const shortage = sockets.admit(socket, request.url ?? "");
    if (shortage) answerError(socket, httpError(503, SHORTAGE_TEXT[shortage]));
    else upgrade(request, socket, head);
  });
  const misdirected = new Misdirected();
  server.on("clientError", (error: Error & { code?: string }, stream) => {
    const socket = stream as unknown as HttpSocket;
    if (!socket.writable || socket.requests > 0) return void socket.destroy();
    const isTooLarge = error.code === "HPE_HEADER_OVERFLOW";
    const hint = misdirected.hintFor(socket) ?? "not an HTTP request";
    answerError(socket, isTooLarge ? httpError(431) : httpError(400, hint));
  });
  // Node keeps connections alive between requests only while it believes that it listens.
  let listening = true;
  Object.defineProperty(server, "listening", { get: () => listening });
  server.emit("listening");
  return {
    server,
    stop() {
      listening = false;
      // Node reports an error, since it does not listen, but ends its timer.
      server.close(() => {});
    },
  };
}

/** Notes that the head of a request is complete. */
function beginRequest(socket: HttpSocket): void {
  socket.requests++;
  socket.headSince = undefined;
}

/** Whether a request has a body: it then announces a length (RFC 9112, section 6). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
}

function jsonError({ status, message }: HTTPException): Response {
  return Response.json({ error: message }, { status });
}

function refuse(
  response: ServerResponse,
  { status, message }: HTTPException,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...{ "content-type": "application/json", connection: "close" },
    ...headers,
  });
  response.end(JSON.stringify({ error: message }));
}

/**
 * Whether a request asks for a WebSocket. Any other upgrade is ignored (RFC 9110, section 7.8): some
 * clients ask for HTTP/2 with every request.
 */
function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}
