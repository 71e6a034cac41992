/**
 * The HTTP server under the routes.
 *
 * @module
 */

import { acceptAll } from "../../net/accept.ts";
import { atIntervals } from "../../time/at_intervals.ts";
import type { PlaceLimits } from "./http_places.ts";
import type { HttpSocket } from "./http_socket.ts";
import type { HttpSockets } from "./http_sockets.ts";
import { type HttpHandlers, nodeServer } from "./node_server.ts";
import { after } from "../../time/idle.ts";

/** How long requests may take to end on shutdown, in milliseconds. */
const SHUTDOWN_PATIENCE = 1_000;

/** What clients may ask for, and how long they may take. */
export interface HttpLimits extends PlaceLimits, HttpTimeouts {}

/** How long clients may take. */
export interface HttpTimeouts {
  /** Milliseconds in which a viewer may take nothing, 30,000; half of what other clients may. */
  timeout: number;
  /**
   * Milliseconds that a client may take over the head of its request: 20,000. On a bad line a lost
   * packet is sent again after 1, 2, 4 and 8 s.
   */
  headersTimeout: number;
  /** Interval between checks for slow requests and stalled clients, in milliseconds: 1000. */
  checkInterval: number;
}

const DEFAULT_TIMEOUTS: Readonly<HttpTimeouts> = {
  timeout: 30_000,
  headersTimeout: 20_000,
  checkInterval: 1_000,
};

/** A server that listens. */
export interface HttpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Its connections. */
  readonly sockets: HttpSockets;
  /** Stops the server; streams that have not ended after a moment are cut off. */
  shutdown(): Promise<void>;
}

/**
 * Listens for HTTP. It is Node's server, not `Deno.serve`, which waits without limit for the head of
 * a request, stops when file descriptors run out, and cannot disconnect a client that reads nothing.
 *
 * @param sockets Where its connections are kept.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.NotCapable} If `--allow-net` was not given.
 */
export function serveHttp(
  handlers: HttpHandlers,
  sockets: HttpSockets,
  address: { hostname: string; port: number },
  timeouts: Partial<HttpTimeouts> = {},
): HttpServer {
  const { timeout, headersTimeout, checkInterval } = { ...DEFAULT_TIMEOUTS, ...timeouts };
  const listener = Deno.listen(address);
  const { server, stop } = nodeServer(handlers, sockets);
  const accepting = acceptAll(
    listener,
    (conn) => {
      const socket = sockets.take(conn as Deno.TcpConn);
      if (socket) server.emit("connection", socket);
    },
    (error) => sockets.failed(error),
  );
  // Viewers are cut off before that, by `view.ts`, which logs the reason.
  const stopChecks = atIntervals(checkInterval, () => {
    sockets.closeSlow(headersTimeout);
    sockets.closeStalled(2 * timeout);
  });
  return {
    port: listener.addr.port,
    sockets,
    async shutdown() {
      listener[Symbol.dispose]();
      stop();
      for (const socket of sockets.open) if (socket.requests === 0) socket.destroy();
      const stopWaiting = after(SHUTDOWN_PATIENCE, () => {
        for (const socket of sockets.open) socket.destroy();
      });
      await accepting;
      await Promise.all(sockets.open.map((socket) => closed(socket)));
      stopWaiting();
      stopChecks();
    },
  };
}

function closed(socket: HttpSocket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
