/**
 * The start of HTTP, which connects the routes with the rest of the program.
 *
 * @module
 */

import type { Server } from "../serve/server.ts";
import type { Config } from "./cli/config.ts";
import { listenAtStart } from "./cli/startup.ts";
import { type HttpLimits, type HttpServer, serveHttp } from "./http/http_server.ts";
import { StalledViewers } from "./media/stalled_viewers.ts";
import { wsFlv } from "./media/ws_flv.ts";
import { type HttpContext, httpRoutes } from "./routes.ts";

/** The parts of the program that HTTP uses. */
export interface HttpParts
  extends
    Pick<HttpContext, "streams" | "peers" | "endedStreams" | "relays" | "recordings" | "metrics">,
    Pick<HttpContext, "apiToken" | "stopping">,
    Pick<HttpContext["rules"], "authorize"> {
  rtmp: Server;
  sockets: HttpServer["sockets"];
}

/**
 * Listens for HTTP.
 *
 * @param limits Limits on clients that no flag sets.
 * @throws {StartError} If the port is taken, or the address is not this machine's.
 */
export async function startHttp(
  config: Config & { httpPort: number },
  limits: Partial<HttpLimits>,
  { rtmp, sockets, authorize, ...parts }: HttpParts,
): Promise<HttpServer> {
  const { httpHost: host, httpPort: port, timeout } = config;
  const { apiToken, stopping } = parts;
  const needsKey = config.streamKey !== undefined;
  const context: HttpContext = {
    ...parts,
    ledger: rtmp.ledger,
    rules: { timeout, allowLossless: config.allowLosslessViewers, authorize },
    stalledViewers: new StalledViewers(timeout),
    publish: rtmp.publish.bind(rtmp),
    noteUnfinished: () => sockets.noteUnfinished(),
    notReady() {
      if (stopping.aborted) return "The server is shutting down";
      return rtmp.listening ? undefined : "RTMP is not listening";
    },
    isOpen: !needsKey,
    isLocal: apiToken === undefined,
    server: { rtmpPort: rtmp.addr.port, app: config.app ?? null, needsKey },
  };
  const handlers = { fetch: httpRoutes(context).fetch, upgrade: wsFlv(context) };
  return await listenAtStart(
    { protocol: "HTTP", hostFlag: "--http-host", host, portFlag: "--http-port", port },
    () => serveHttp(handlers, sockets, { hostname: host, port }, { timeout, ...limits }),
  );
}
