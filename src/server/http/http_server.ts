/**
 * The HTTP server under the routes.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { acceptAll } from "../accept.ts";
import type { HttpSocket } from "./http_socket.ts";
import { HttpSockets } from "./http_sockets.ts";
import { socketOf } from "./stream_request.ts";

/** How long a client may take over the head of its request, in milliseconds. */
const HEADERS_TIMEOUT = 10_000;

/** Interval between checks for slow requests, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/**
 * Requests of a connection that may wait for those before them. Node begins with all of them at once,
 * and has no limit of its own: a viewer for each would pass the one of connections.
 */
const MAX_PIPELINED = 4;

/** The host of a request that names none, as HTTP/1.0 permits it and simple health checks do. */
const NO_HOST = "localhost";

/** How long requests may take to end on shutdown, in milliseconds. */
const SHUTDOWN_PATIENCE = 1_000;

/** Who answers. */
export interface HttpHandlers {
  /** Answers requests. */
  fetch: Parameters<typeof getRequestListener>[0];
  upgrade: Upgrade;
}

/** Takes over the connection of a request that asks for another protocol. */
export type Upgrade = (request: IncomingMessage, socket: HttpSocket, head: Buffer) => void;

/** What clients may ask for. */
export interface HttpLimits {
  /** Connections at once, viewers and those who wait to be among them: 1000. */
  maxConnections: number;
  /** Milliseconds in which a viewer may take nothing, 30,000; half of what other clients may. */
  timeout: number;
}

const DEFAULT_LIMITS: Readonly<HttpLimits> = { maxConnections: 1000, timeout: 30_000 };

/** A server that listens. */
export interface HttpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Its connections. */
  readonly sockets: HttpSockets;
  /** Stops it; streams that go on after a moment are cut. */
  shutdown(): Promise<void>;
}

/**
 * Listens for HTTP. It is Node's server, not `Deno.serve`, which waits for ever for the head of a
 * request, stops when file descriptors run out, and cannot cut a client that takes nothing.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.NotCapable} If `--allow-net` was not given.
 */
export function serveHttp(
  handlers: HttpHandlers,
  hostname: string,
  port: number,
  limits: Partial<HttpLimits> = {},
): HttpServer {
  const { maxConnections, timeout } = { ...DEFAULT_LIMITS, ...limits };
  const listener = Deno.listen({ hostname, port });
  const { server, stop } = nodeServer(handlers);
  const sockets = new HttpSockets(maxConnections);
  const accepting = acceptAll(
    listener,
    (conn) => {
      const socket = sockets.take(conn as Deno.TcpConn);
      if (socket) server.emit("connection", socket);
    },
    (error) => sockets.failed(error),
  );
  // Viewers are cut off before that, by `view.ts`, which logs the reason.
  const checking = setInterval(() => sockets.closeStalled(2 * timeout), CHECK_INTERVAL);
  return {
    port: listener.addr.port,
    sockets,
    async shutdown() {
      listener[Symbol.dispose]();
      stop();
      for (const socket of sockets.open) if (socket.requests === 0) socket.destroy();
      const timer = setTimeout(() => {
        for (const socket of sockets.open) socket.destroy();
      }, SHUTDOWN_PATIENCE);
      await accepting;
      await Promise.all(sockets.open.map((socket) => closed(socket)));
      clearTimeout(timer);
      clearInterval(checking);
    },
  };
}

/** Node's server without a socket of its own to listen with. */
function nodeServer({ fetch, upgrade }: HttpHandlers): { server: Server; stop: () => void } {
  // What is left of a body goes with its connection: `HttpSocket` knows how to say goodbye.
  const answer = getRequestListener(fetch, {
    autoCleanupIncoming: false,
    hostname: NO_HOST,
    // A program that imports us may use `Deno.serve`, which knows no other `Response`.
    overrideGlobalObjects: false,
  });
  const options = {
    headersTimeout: HEADERS_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
    requestTimeout: 0,
    // Node has it since version 24, and its types do not.
    shouldUpgradeCallback: asksForWebSocket,
  };
  const server = createServer(options, (request, response) => {
    const socket = socketOf(request);
    if (socket.requests > MAX_PIPELINED) return void socket.destroy();
    socket.requests++;
    response.once("close", () => socket.requests--);
    // Deno would never read the rest of an unread body, nor the requests after it.
    response.once("finish", () => void request.resume());
    void answer(request, response);
  });
  server.on("upgrade", (request, stream, head) => {
    const socket = stream as HttpSocket;
    // An answer on the connection forbids an upgrade.
    if (socket.requests > 0) return void socket.destroy();
    // It is the upgrade's until it is closed.
    socket.requests++;
    upgrade(request, socket, head);
  });
  // It believes that it listens itself: only then it keeps connections alive between two requests,
  // and watches over slow ones.
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

/**
 * Any other protocol is as good as not asked for (RFC 9110, section 7.8): some clients ask for HTTP/2
 * with everything.
 */
function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function closed(socket: HttpSocket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
