/**
 * The HTTP server under the routes.
 *
 * @module
 */

import { acceptAll } from "../../net/accept.ts";
import { atIntervals } from "../../time/at_intervals.ts";
import type { SlotLimits } from "./connection_slots.ts";
import type { HttpSocket } from "./http_socket.ts";
import type { HttpSockets } from "./http_sockets.ts";
import { type HttpHandlers, nodeServer } from "./node_server.ts";
import { after } from "../../time/idle.ts";

/** Time limit for open requests on shutdown, in milliseconds. */
const SHUTDOWN_TIMEOUT = 1_000;

/** Limits on the number and the time of clients. */
export interface HttpLimits extends SlotLimits, HttpTimeouts {}

/** Time limits of clients. */
export interface HttpTimeouts {
  /**
   * Time in which a viewer may read nothing, in milliseconds: 30,000. Other clients get twice that.
   */
  timeout: number;
  /**
   * Time limit for the head of a request, in milliseconds: 20,000. On a bad line a lost packet is
   * sent again after 1, 2, 4 and 8 s.
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
  /** The port on which it listens. */
  readonly port: number;
  /** Its connections. */
  readonly sockets: HttpSockets;
  /** Stops the server, and closes connections that are still open after one second. */
  shutdown(): Promise<void>;
}

/**
 * Listens for HTTP with Node's server. `Deno.serve` waits without limit for the head of a request. It
 * stops when file descriptors run out, and cannot disconnect a client that reads nothing.
 *
 * @param sockets Keeps its connections.
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
      const socket = sockets.accept(conn as Deno.TcpConn);
      if (socket) server.emit("connection", socket);
    },
    (error) => sockets.acceptFailed(error),
  );
  // `view.ts` disconnects stalled viewers before that, and logs the reason.
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
      const stopWaiting = after(SHUTDOWN_TIMEOUT, () => {
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
