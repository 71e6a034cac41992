/**
 * The HTTP server under the routes.
 *
 * @module
 */

import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { getLogger } from "@logtape/logtape";

/** How long a client may take over the head of its request, in milliseconds. */
const HEADERS_TIMEOUT = 10_000;

/** How long requests may take to end on shutdown, in milliseconds. */
const SHUTDOWN_PATIENCE = 1_000;

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
export async function serveHttp(
  handler: Parameters<typeof getRequestListener>[0],
  host: string,
  port: number,
): Promise<HttpServer> {
  const options = { headersTimeout: HEADERS_TIMEOUT, requestTimeout: 0 };
  const server = createServer(options, getRequestListener(handler));
  await listen(server, host, port);
  server.on("error", (error) => {
    log.error("HTTP cannot take in a connection: {error}", { error: String(error) });
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : port,
    async shutdown() {
      const closed = new Promise((resolve) => server.close(resolve));
      const timer = setTimeout(() => server.closeAllConnections(), SHUTDOWN_PATIENCE);
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
