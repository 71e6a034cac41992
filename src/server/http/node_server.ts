/**
 * Node's HTTP server, without a socket of its own to listen with.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Shortage } from "./http_places.ts";
import type { HttpSocket } from "./http_socket.ts";
import type { HttpSockets } from "./http_sockets.ts";
import { Misdirected } from "./misdirected.ts";
import { answerError } from "./raw_answer.ts";
import { settleTarget } from "./request_target.ts";
import { FOR_ALL_SITES, SECURITY_HEADERS } from "./security_headers.ts";
import { socketOf } from "./stream_request.ts";

/**
 * Requests of a connection that may wait for those before them. Node begins with all of them at once,
 * and has no limit of its own: a viewer for each would pass the one of connections.
 */
const MAX_PIPELINED = 4;

/** The host of a request that names none, as HTTP/1.0 permits it and simple health checks do. */
const NO_HOST = "localhost";

/** What a client is told for which there is no place. */
const NO_PLACE: Readonly<Record<Shortage, string>> = {
  "no-descriptors": "The server is short of file descriptors",
  "too-many": "Too many HTTP connections",
  "too-many-of-address": "Too many HTTP connections from this address",
};

/** Seconds after which such a client may try again. */
const RETRY_AFTER = 5;

/** What answers requests. */
export interface HttpHandlers {
  /** Answers requests. */
  fetch: Parameters<typeof getRequestListener>[0];
  upgrade: Upgrade;
}

/** Takes over the connection of a request that asks for another protocol. */
export type Upgrade = (request: IncomingMessage, socket: HttpSocket, head: Buffer) => void;

/** Makes a server for connections that `sockets` knows; `stop` ends its timers. */
export function nodeServer(
  { fetch, upgrade }: HttpHandlers,
  sockets: HttpSockets,
): { server: Server; stop: () => void } {
  // What is left of a body goes with its connection: `HttpSocket` knows how to say goodbye.
  const answer = getRequestListener(fetch, {
    autoCleanupIncoming: false,
    hostname: NO_HOST,
    // A program that imports us may use `Deno.serve`, which knows no other `Response`.
    overrideGlobalObjects: false,
    errorHandler: (error) =>
      error instanceof RequestError
        ? jsonError(400, "Malformed Host or request target")
        : jsonError(500, "Internal server error"),
  });
  const options = {
    // `HttpSockets.closeSlow` knows when it was the server that stood still.
    headersTimeout: 0,
    requestTimeout: 0,
    // Node has it since version 24, and its types do not.
    shouldUpgradeCallback: asksForWebSocket,
  };
  const server = createServer(options, (request, response) => {
    const socket = socketOf(request);
    if (socket.requests > MAX_PIPELINED) return void socket.destroy();
    begin(socket);
    if (hasBody(request)) socket.body = request;
    response.once("close", () => socket.requests--);
    // Deno would never read the rest of an unread body, nor the requests after it.
    response.once("finish", () => void request.resume());
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const flaw = settleTarget(request);
    if (flaw !== undefined) return refuse(response, 400, flaw);
    const shortage = sockets.admit(socket, request.url ?? "");
    if (shortage) {
      // Pages of other sites may know why they cannot watch.
      const headers = { ...FOR_ALL_SITES, "retry-after": String(RETRY_AFTER) };
      refuse(response, 503, NO_PLACE[shortage], headers);
    } else void answer(request, response);
  });
  server.on("upgrade", (request, stream, head) => {
    const socket = stream as HttpSocket;
    // An answer on the connection forbids an upgrade.
    if (socket.requests > 0) return void socket.destroy();
    // It is the upgrade's until it is closed.
    begin(socket);
    const flaw = settleTarget(request);
    if (flaw !== undefined) return answerError(socket, 400, flaw);
    const shortage = sockets.admit(socket, request.url ?? "");
    if (shortage) answerError(socket, 503, NO_PLACE[shortage]);
    else upgrade(request, socket, head);
  });
  const misdirected = new Misdirected();
  server.on("clientError", (error: Error & { code?: string }, stream) => {
    const socket = stream as unknown as HttpSocket;
    if (!socket.writable || socket.requests > 0) return void socket.destroy();
    const isTooLarge = error.code === "HPE_HEADER_OVERFLOW";
    const hint = misdirected.hintFor(socket) ??
      (isTooLarge ? "Request header fields too large" : "Not an HTTP request");
    answerError(socket, isTooLarge ? 431 : 400, hint);
  });
  // It believes that it listens itself: only then it keeps connections alive between two requests.
  let listening = true;
  Object.defineProperty(server, "listening", { get: () => listening });
  server.emit("listening");
  return {
    server,
    stop() {
      listening = false;
      // Not a server that could be closed, as Node sees it, but its timer ends.
      server.close(() => {});
    },
  };
}

/** A request is complete as far as its head goes. */
function begin(socket: HttpSocket): void {
  socket.requests++;
  socket.headSince = undefined;
}

/** A request has one if it says how long it is (RFC 9112, section 6). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
}

function jsonError(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

function refuse(
  response: ServerResponse,
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...{ "content-type": "application/json", connection: "close" },
    ...headers,
  });
  response.end(JSON.stringify({ error }));
}

/**
 * Any other protocol is as good as not asked for (RFC 9110, section 7.8): some clients ask for HTTP/2
 * with everything.
 */
function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}
