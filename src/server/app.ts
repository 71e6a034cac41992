/**
 * The server as people run it: `serveRtmp` with recordings and HTTP around it.
 *
 * @module
 */

import type { Publication, StreamRequest } from "../publication/publication.ts";
import { authorizeBy } from "./auth/authorize.ts";
import { Connections } from "./streams/peer_registry.ts";
import {
  type CertificateFiles,
  readCertificate,
  watchCertificate,
} from "./cli/certificate_files.ts";
import type { Config } from "./cli/config.ts";
import { listening, opening } from "./cli/opening.ts";
import { requirePermissions } from "./cli/permissions.ts";
import type { Running } from "./cli/running.ts";
import { isLackOfDescriptors } from "../net/file_descriptors.ts";
import { EndedStreams } from "./api/ended_streams.ts";
import { type HttpContext, httpRoutes } from "./routes.ts";
import { type HttpLimits, type HttpServer, serveHttp } from "./http/http_server.ts";
import { Hub } from "./streams/hub.ts";
import { isLoopback } from "../net/loopback.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Output } from "./record/output.ts";
import { Recorder } from "./record/recorder.ts";
import { Recordings } from "./record/recordings.ts";
import type { Authorization, ServeRtmpOptions } from "../serve/serve.ts";
import { Server } from "../serve/server.ts";
import { Loops } from "./relay/loops.ts";
import { Relays } from "./relay/relays.ts";
import type { Certificate } from "../net/tls_listener.ts";
import { lagLog, logViewer } from "./streams/viewer_log.ts";
import { wsFlv } from "./media/ws_flv.ts";

/** How long viewers may take on shutdown over what was published last, in milliseconds. */
const VIEWERS_PATIENCE = 1_000;

/** What runs after a start. */
export interface App extends Running {
  http: HttpServer | undefined;
  apiToken: string | undefined;
}

/**
 * Starts everything that the configuration asks for.
 *
 * @param httpLimits Limits on HTTP clients that no flag sets.
 * @throws {StartError} If it cannot, in one sentence.
 */
export async function startApp(
  config: Config,
  httpLimits: Partial<HttpLimits> = {},
): Promise<App> {
  requirePermissions(config);
  const hub = new Hub(config.maxMediaMemory * 1024 * 1024);
  const recordings = await openRecordings(config.record ?? config.recordOnDemand);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => recordings?.close());
  const output = config.output === undefined
    ? undefined
    : await openOutput(config.output, config.loop);
  const certificate = config.tls && await openCertificate(config.tls);
  const { host, port, httpHost, httpPort, chunkSize, maxMessageSize, timeout } = config;
  const { maxConnections, maxHttpConnections, maxHttpConnectionsPerAddress } = config;
  const loops = new Loops(hub);
  const allowed = authorizeBy(config);
  const authorize = (request: StreamRequest): Authorization => {
    const answer = allowed(request);
    return answer === true ? loops.refusal(request) ?? true : answer;
  };
  const connections: Connections = new Connections(() => rtmp);
  const options: ServeRtmpOptions = {
    hostname: host,
    port,
    chunkSize,
    maxMessageSize,
    maxConnections,
    timeout,
    ...config.tls && certificate && { tls: { port: config.tls.port, ...certificate } },
    authorize,
    // The log has them.
    onError: () => {},
    onAcceptError(error) {
      if (isLackOfDescriptors(error)) app.http?.sockets.giveBack();
    },
    play(request, filter, connection) {
      const { path } = request;
      const { id, remoteAddr } = connection;
      const facts = { connection: id, remoteAddr, path };
      const isRelay = (request.via ?? []).length > 0;
      const note = isRelay ? loops.noteSent(path) : undefined;
      const subscription = hub.subscribe(path, {
        kind: "rtmp-play",
        mode: "live",
        address: remoteAddr,
        connection: id,
        outlives: true,
        onLag: lagLog(facts, "rtmp-play"),
        filter: note ? (tag) => filter(note(tag)) : filter,
      });
      connections.play(connection, path, subscription);
      loops.addPlayer(request, subscription.done);
      void logViewer(subscription, facts);
      return subscription;
    },
  };
  const endedStreams = new EndedStreams();
  const recordsAll = config.record !== undefined;
  const consumers: Consumers = { endedStreams, recordings, recordsAll, output };
  await tryPortOfRtmps(config);
  const rtmp = await listening(
    { protocol: "RTMP", hostFlag: "--host", host, portFlag: "--port", port },
    () =>
      new Server(options, (publication) => {
        metrics?.open(publication);
        relays.published(publication);
        return distribute(publication, hub, consumers);
      }, (request, silence) => loops.inspection(request, silence)),
  );
  // From here on `shutdown` closes it.
  opened.move();
  const metrics = httpPort === undefined
    ? undefined
    : new Metrics({ hub, rtmp, recordings, http: () => app.http });
  const relays: Relays = new Relays(rtmp, hub, loops, config);
  const stopWatching = config.tls && certificate &&
    watchCertificate(config.tls, certificate, (renewed) => rtmp.renewCertificate(renewed));
  let isEnding = false;
  const app: App = {
    rtmp,
    http: undefined,
    output: output?.finished,
    apiToken: config.apiToken,
    async shutdown() {
      isEnding = true;
      stopWatching?.();
      const ended = Promise.all([relays.stop(), rtmp.shutdown()]);
      await Promise.all(rtmp.publications.map(({ closed }) => closed));
      // A viewer that takes nothing would never have all of what has ended.
      const timer = setTimeout(() => app.http?.sockets.closeServed(), VIEWERS_PATIENCE);
      await ended;
      await hub.shutdown();
      await recordings?.close();
      clearTimeout(timer);
      await app.http?.shutdown();
      endedStreams.stop();
      metrics?.stop();
    },
  };
  if (httpPort === undefined || metrics === undefined) return app;
  try {
    if (!isLoopback(httpHost)) app.apiToken ??= crypto.randomUUID();
    const context: HttpContext = {
      ...{
        hub,
        connections,
        endedStreams,
        relays,
        recordings,
        ledger: rtmp.ledger,
        apiToken: app.apiToken,
      },
      rules: { timeout, allowLossless: config.allowLosslessViewers, authorize },
      publish: rtmp.publish.bind(rtmp),
      isEnding: () => isEnding,
      noteUnfinished: () => app.http?.sockets.noteUnfinished(),
      metrics,
      notReady() {
        if (isEnding) return "The server is shutting down";
        return rtmp.listening ? undefined : "RTMP is not listening";
      },
      isOpen: config.streamKey === undefined,
      isLocal: app.apiToken === undefined,
      server: {
        rtmpPort: rtmp.addr.port,
        app: config.app ?? null,
        needsKey: config.streamKey !== undefined,
      },
    };
    const { fetch } = httpRoutes(context);
    app.http = await listening(
      {
        protocol: "HTTP",
        hostFlag: "--http-host",
        host: httpHost,
        portFlag: "--http-port",
        port: httpPort,
      },
      () =>
        serveHttp({ fetch, upgrade: wsFlv(context) }, httpHost, httpPort, {
          maxConnections: maxHttpConnections,
          maxConnectionsPerAddress: maxHttpConnectionsPerAddress,
          timeout,
          ...httpLimits,
        }),
    );
    return app;
  } catch (error) {
    await app.shutdown();
    throw error;
  }
}

/** Those who get every publication, if they are wanted. */
interface Consumers {
  endedStreams: EndedStreams;
  recordings: Recordings | undefined;
  /** Whether every publication is recorded, as opposed to those that are asked for. */
  recordsAll: boolean;
  output: Output | undefined;
}

/** Gives a publication to everybody who wants it, and returns when they all have it. */
async function distribute(
  publication: Publication,
  hub: Hub,
  { endedStreams, recordings, recordsAll, output }: Consumers,
): Promise<void> {
  const written: Promise<void>[] = [];
  const given: Promise<void> = hub.run(publication, (stream) => {
    endedStreams.follow(stream);
    if (recordsAll) recordings?.begin(stream);
    if (output) {
      written.push(output.take(stream, () => given.then(() => hub.end(publication.path))));
    }
  });
  await given;
  await Promise.all([...written, recordings?.finished(publication)]);
}

async function openRecordings(directory: string | undefined): Promise<Recordings | undefined> {
  if (directory === undefined) return undefined;
  return await opening(`record into ${directory}`, async () => {
    return new Recordings(await Recorder.open(directory));
  });
}

async function openOutput(target: string, loop: boolean): Promise<Output> {
  return await opening(`write to ${target}`, () => Output.open(target, loop));
}

async function openCertificate(files: CertificateFiles): Promise<Certificate> {
  const what = `use the certificate ${files.certFile} with ${files.keyFile}`;
  return await opening(what, () => readCertificate(files));
}

/** RTMP and RTMPS begin to listen together, and fail together: which of them it was shows here. */
async function tryPortOfRtmps({ host, tls }: Config): Promise<void> {
  if (!tls) return;
  const { port } = tls;
  await listening(
    { protocol: "RTMPS", hostFlag: "--host", host, portFlag: "--rtmps-port", port },
    () => Deno.listen({ hostname: host, port }).close(),
  );
}
