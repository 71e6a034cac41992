/**
 * An HTTP server that comes back by itself.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";

/** How long to wait before listening again, in milliseconds. */
const RESTART_DELAY = 1_000;

/** How long requests may take to end on shutdown, in milliseconds. */
const SHUTDOWN_PATIENCE = 1_000;

/** A server that listens. */
export interface HttpServer {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  /** Stops it; streams that go on are cut. */
  shutdown(): Promise<void>;
}

const log = getLogger(["sluice", "http"]);

/**
 * Listens for HTTP. `Deno.serve` stops for good when file descriptors run out; this listens again.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.NotCapable} If `--allow-net` was not given.
 */
export function serveHttp(
  handler: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
): HttpServer {
  const abort = new AbortController();
  const start = (port: number) =>
    Deno.serve({
      hostname,
      port,
      signal: abort.signal,
      onListen: () => {},
      onError: (error) => {
        log.error("Cannot answer a request: {error}", { error: String(error) });
        return new Response(null, { status: 500 });
      },
    }, handler);
  let server = start(port);
  const { addr } = server;
  const finished = (async () => {
    while (!abort.signal.aborted) {
      try {
        await server.finished;
        return;
      } catch (error) {
        log.error("HTTP has stopped and starts again: {error}", { error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY));
        server = start(addr.port);
      }
    }
  })();
  return {
    addr,
    async shutdown() {
      const timer = setTimeout(() => abort.abort(), SHUTDOWN_PATIENCE);
      await server.shutdown();
      clearTimeout(timer);
      await finished;
    },
  };
}
