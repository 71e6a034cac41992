/**
 * The start of RTMP, by the operator's flags, with players from the registry of streams.
 *
 * @module
 */

import { isLackOfDescriptors } from "../net/file_descriptors.ts";
import type { Certificate } from "../net/tls_listener.ts";
import type { PublicationHandler, ServeRtmpOptions } from "../serve/types.ts";
import { Server } from "../serve/server.ts";
import type { Config } from "./cli/config.ts";
import { listenAtStart } from "./cli/startup.ts";
import type { HttpSockets } from "./http/http_sockets.ts";
import type { LoopDetector } from "./relay/loop_detector.ts";
import type { StreamRegistry } from "./streams/stream_registry.ts";
import { lagLog, logViewer } from "./streams/viewer_log.ts";

/** The parts of the program that RTMP uses. */
export interface RtmpContext {
  authorize: NonNullable<ServeRtmpOptions["authorize"]>;
  certificate: Certificate | undefined;
  streams: StreamRegistry;
  loops: LoopDetector;
  /** HTTP connections, some of which are closed when file descriptors run out. */
  sockets: HttpSockets;
}

/**
 * Listens for RTMP, and RTMPS if it is configured.
 *
 * @param handler Called with each publication.
 * @throws {StartError} If a port is taken, or an address is not this machine's.
 */
export async function startRtmp(
  config: Config,
  context: RtmpContext,
  handler: PublicationHandler,
): Promise<Server> {
  const { authorize, certificate, loops, sockets } = context;
  const { host, port, tls, chunkSize, maxMessageSize, maxConnections, timeout } = config;
  const options: ServeRtmpOptions = {
    ...{ hostname: host, port, chunkSize, maxMessageSize, maxConnections, timeout },
    ...tls && certificate && { tls: { port: tls.port, ...certificate } },
    authorize,
    play: playFrom(context),
    // The server logs errors itself.
    onError: () => {},
    onAcceptError(error) {
      if (isLackOfDescriptors(error)) sockets.releaseDescriptors();
    },
  };
  await checkRtmpsPort(config);
  return await listenAtStart(
    { protocol: "RTMP", hostFlag: "--host", host, portFlag: "--port", port },
    () => new Server(options, handler, (request, silence) => loops.inspection(request, silence)),
  );
}

/** Subscribes players to the streams that they ask for. */
function playFrom(
  { streams, loops }: RtmpContext,
): NonNullable<ServeRtmpOptions["play"]> {
  return (request, filter, { id, remoteAddr }) => {
    const { path, via = [] } = request;
    const facts = { connection: id, remoteAddr, path };
    const isRelay = via.length > 0;
    const note = isRelay ? loops.recordSent(path) : undefined;
    const subscription = streams.subscribe(path, {
      kind: "rtmp-play",
      mode: "live",
      address: remoteAddr,
      connection: id,
      survivesPublication: true,
      onLag: lagLog(facts, "rtmp-play"),
      filter: note ? (tag, kind) => filter(note(tag, kind)) : filter,
    });
    loops.addPlayer(request, subscription.done);
    void logViewer(subscription, facts);
    return subscription;
  };
}

/** Tries the port of RTMPS first: `Server` opens both ports, and its error does not name the port. */
async function checkRtmpsPort({ host, tls }: Config): Promise<void> {
  if (!tls) return;
  const { port } = tls;
  await listenAtStart(
    { protocol: "RTMPS", hostFlag: "--host", host, portFlag: "--rtmps-port", port },
    () => Deno.listen({ hostname: host, port }).close(),
  );
}
