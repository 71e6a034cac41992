/**
 * The composition of the program: configuration, registries, RTMP, relays, HTTP.
 *
 * @module
 */

import { isLoopback } from "../net/loopback.ts";
import type { Certificate } from "../net/tls_listener.ts";
import type { StreamRequest } from "../publication/publication.ts";
import type { Authorization } from "../serve/types.ts";
import { EndedStreams } from "./api/ended_streams.ts";
import { authorizeBy } from "./auth/authorize.ts";
import { readCertificate, watchCertificate } from "./cli/certificate_files.ts";
import type { Config } from "./cli/config.ts";
import { openAtStart } from "./cli/startup.ts";
import { requirePermissions } from "./cli/permissions.ts";
import type { Running } from "./cli/running.ts";
import { distribute } from "./distribute.ts";
import type { HttpLimits, HttpServer } from "./http/http_server.ts";
import { HttpSockets } from "./http/http_sockets.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Output } from "./record/output.ts";
import { Recorder } from "./record/recorder.ts";
import { Recordings } from "./record/recordings.ts";
import { LoopDetector } from "./relay/loop_detector.ts";
import { Relays } from "./relay/relays.ts";
import { startHttp } from "./start_http.ts";
import { startRtmp } from "./start_rtmp.ts";
import { PeerRegistry } from "./streams/peer_registry.ts";
import { StreamRegistry } from "./streams/stream_registry.ts";
import { after } from "../time/idle.ts";

/** Time limit for viewers to read the last tags on shutdown, in milliseconds. */
const VIEWERS_TIMEOUT = 1_000;

/** The running program. */
export interface App extends Running {
  http: HttpServer | undefined;
}

/**
 * Starts the program.
 *
 * @param httpLimits Limits on HTTP clients that no flag sets.
 * @throws {StartError} If it cannot, in one sentence.
 */
export async function startApp(
  config: Config,
  httpLimits: Partial<HttpLimits> = {},
): Promise<App> {
  requirePermissions(config);
  const recordings = await openRecordings(config);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => recordings?.close());
  const output = await openOutput(config);
  const certificate = await openCertificate(config);
  const apiToken = tokenOf(config);

  const stopping = new AbortController();
  const streams = new StreamRegistry(config.maxMediaMemory * 1024 * 1024);
  const endedStreams = new EndedStreams();
  streams.onOpen((stream) => endedStreams.follow(stream));
  const loops = new LoopDetector(streams);
  const sockets = new HttpSockets({
    maxConnections: config.maxHttpConnections,
    maxConnectionsPerAddress: config.maxHttpConnectionsPerAddress,
    ...httpLimits,
  });
  const authorize = authorizeWith(config, loops);

  const destinations = { streams, recordings, output, recordsAll: config.record !== undefined };
  const rtmp = await startRtmp(
    config,
    { authorize, certificate, streams, loops, sockets },
    (publication) => distribute(publication, destinations),
  );
  const stopWatching = config.tls && certificate &&
    watchCertificate(config.tls, certificate, (renewed) => rtmp.renewCertificate(renewed));
  const peers = new PeerRegistry(rtmp, streams);
  const relays = new Relays(rtmp, streams, loops, config);
  const { httpPort } = config;
  const metrics = httpPort === undefined
    ? undefined
    : new Metrics({ streams, rtmp, sockets, recordings });

  /** Ends publications, then what consumes them, then HTTP, over which viewers read to the end. */
  const shutdown = async (http?: HttpServer) => {
    stopping.abort();
    stopWatching?.();
    const ended = Promise.all([relays.stop(), rtmp.shutdown()]);
    await Promise.all(rtmp.publications.map(({ closed }) => closed));
    // A stalled viewer would never read the last tags.
    const stopWaiting = after(VIEWERS_TIMEOUT, () => sockets.closeActive());
    await ended;
    await streams.shutdown();
    await recordings?.close();
    stopWaiting();
    await http?.shutdown();
    endedStreams.stop();
    metrics?.stop();
  };
  // From here on `shutdown` closes it.
  opened.move();
  try {
    const http = metrics && httpPort !== undefined
      ? await startHttp({ ...config, httpPort }, httpLimits, {
        ...{ rtmp, streams, peers, endedStreams, relays, recordings, metrics, sockets },
        ...{ authorize, apiToken, stopping: stopping.signal },
      })
      : undefined;
    return {
      ...{ rtmp, http, apiToken },
      output: output?.finished,
      shutdown: () => shutdown(http),
    };
  } catch (error) {
    await shutdown();
    throw error;
  }
}

/** Authorizes by the configuration, and refuses loops. */
function authorizeWith(
  config: Config,
  loops: LoopDetector,
): (request: StreamRequest) => Authorization {
  const authorize = authorizeBy(config);
  return (request) => {
    const answer = authorize(request);
    return answer === true ? loops.refusal(request) ?? true : answer;
  };
}

/** The API token: the operator's, or a random one if other machines can reach the API. */
function tokenOf({ apiToken, httpHost, httpPort }: Config): string | undefined {
  const needsToken = httpPort !== undefined && !isLoopback(httpHost);
  return apiToken ?? (needsToken ? crypto.randomUUID() : undefined);
}

async function openRecordings(config: Config): Promise<Recordings | undefined> {
  const directory = config.record ?? config.recordOnDemand;
  return directory === undefined ? undefined : await openAtStart(
    `record into ${directory}`,
    async () => new Recordings(await Recorder.open(directory)),
  );
}

async function openOutput({ output: target, loop }: Config): Promise<Output | undefined> {
  return target === undefined
    ? undefined
    : await openAtStart(`write to ${target}`, () => Output.open(target, loop));
}

async function openCertificate({ tls }: Config): Promise<Certificate | undefined> {
  return tls && await openAtStart(
    `use the certificate ${tls.certFile} with ${tls.keyFile}`,
    () => readCertificate(tls),
  );
}
