/**
 * The HTTP server under the routes.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { getLogger } from "@logtape/logtape";
import { acceptAll } from "../accept.ts";
import { HttpSocket } from "./http_socket.ts";

/** How long a client may take over the head of its request, in milliseconds. */
const HEADERS_TIMEOUT = 10_000;

/** How often it is looked whether one takes longer, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/** Connections at once, viewers and those who wait to be among them. */
const MAX_CONNECTIONS = 1_000;

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

/** A server that listens. */
export interface HttpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Stops it; streams that go on after a moment are cut. */
  shutdown(): Promise<void>;
}

const log = getLogger(["sluice", "http"]);

/**
 * Listens for HTTP. It is Node's server, not `Deno.serve`, which waits for ever for the head of a
 * request, stops when file descriptors run out, and cannot cut a client that takes nothing.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.NotCapable} If `--allow-net` was not given.
 */
export function serveHttp(
  { fetch, upgrade }: HttpHandlers,
  host: string,
  port: number,
): HttpServer {
  const listener = Deno.listen({ hostname: host, port });
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
    requestTimeout: 0,
    // What is left of a body goes with its connection: `HttpSocket` knows how to say goodbye.
  }, getRequestListener(fetch, { autoCleanupIncoming: false }));
  server.on("upgrade", (request, socket, head) => upgrade(request, socket as HttpSocket, head));
  // Node's server believes that it listens itself: only then it keeps connections alive between two
  // requests, and watches over slow ones.
  let listening = true;
  Object.defineProperty(server, "listening", { get: () => listening });
  server.emit("listening");

  const sockets = new Set<HttpSocket>();
  const accepting = acceptAll(listener, (conn) => {
    if (sockets.size >= MAX_CONNECTIONS) {
      log.warn("Cannot take in one more connection: {count} are open", { count: sockets.size });
      return conn[Symbol.dispose]();
    }
    const socket = new HttpSocket(conn as Deno.TcpConn);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", (error) => {
      log.debug("{remoteAddr} has gone: {error}", {
        remoteAddr: socket.remoteAddress,
        error: String(error),
      });
    });
    server.emit("connection", socket);
  }, (error) => log.warn("Cannot take in a connection: {error}", { error: String(error) }));

  return {
    port: listener.addr.port,
    async shutdown() {
      listening = false;
      listener[Symbol.dispose]();
      // Not a server that could be closed, as Node sees it, but its timer ends.
      server.close(() => {});
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, SHUTDOWN_PATIENCE);
      await accepting;
      await Promise.all(Array.from(sockets, (socket) => closed(socket)));
      clearTimeout(timer);
    },
  };
}

function closed(socket: HttpSocket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
