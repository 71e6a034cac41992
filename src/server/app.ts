/**
 * The server as people run it: `serveRtmp` with recordings and HTTP around it.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Publication } from "../session/publication.ts";
import { authorizeBy } from "./authorize.ts";
import { type CertificateFiles, readCertificate, watchCertificate } from "./certificate_files.ts";
import type { Config } from "./config.ts";
import { httpRoutes } from "./http/http_routes.ts";
import { type HttpServer, serveHttp } from "./http/http_server.ts";
import { Hub, type LiveStream } from "./hub.ts";
import { isLoopback } from "./loopback.ts";
import { Output } from "./record/output.ts";
import { Recorder } from "./record/recorder.ts";
import { type RtmpServer, serveRtmp, type ServeRtmpOptions } from "./serve.ts";
import { Relays } from "./relay/relays.ts";
import { describe, listening, opening } from "./start_errors.ts";
import type { Certificate } from "./tls_entrance.ts";
import { wsFlv } from "./http/ws_flv.ts";

const log = getLogger(["sluice", "server"]);

/** What runs after a start. */
export interface App {
  rtmp: RtmpServer;
  /** `undefined` when HTTP is off. */
  http: HttpServer | undefined;
  /** The token for whatever changes something over HTTP; `undefined` when none is needed. */
  apiToken: string | undefined;
  /** Settles when `--output` has been written, or cannot be; `undefined` without it. */
  output: Promise<void> | undefined;
  /** Ends publications and recordings, then HTTP. */
  shutdown(): Promise<void>;
}

/**
 * Starts everything that the configuration asks for.
 *
 * @throws {ConfigError} If it cannot, in one sentence.
 */
export async function startApp(config: Config): Promise<App> {
  const hub = new Hub();
  const recorder = config.record === undefined ? undefined : await openRecorder(config.record);
  const output = config.output === undefined
    ? undefined
    : await openOutput(config.output, config.loop);
  const certificate = config.tls && await openCertificate(config.tls);
  const { host, port, httpHost, httpPort, chunkSize, maxMessageSize, timeout } = config;
  const options: ServeRtmpOptions = {
    hostname: host,
    port,
    chunkSize,
    maxMessageSize,
    timeout,
    ...config.tls && certificate && { tls: { port: config.tls.port, ...certificate } },
    authorize: authorizeBy(config),
    // The log has them.
    onError: () => {},
    play: ({ app, name }, filter) =>
      hub.subscribe(`${app}/${name}`, { kind: "rtmp-play", mode: "live", outlives: true, filter }),
  };
  const rtmp = await listening(
    { protocol: "RTMP", flag: "--port", host, port },
    () => serveRtmp(options, (publication) => distribute(publication, hub, recorder, output)),
  );
  const relays = new Relays(rtmp, hub, config);
  const stopWatching = config.tls && certificate &&
    watchCertificate(config.tls, certificate, (renewed) => rtmp.renewCertificate(renewed));
  const app: App = {
    rtmp,
    http: undefined,
    output: output?.finished,
    apiToken: config.apiToken,
    async shutdown() {
      stopWatching?.();
      await Promise.all([relays.stop(), rtmp.shutdown()]);
      await hub.shutdown();
      await app.http?.shutdown();
    },
  };
  if (httpPort === undefined) return app;
  try {
    if (!isLoopback(httpHost)) app.apiToken ??= crypto.randomUUID();
    const viewers = { timeout, allowLossless: config.allowLosslessViewers };
    const publish = rtmp.publish.bind(rtmp);
    const { fetch } = httpRoutes({ hub, viewers, publish, relays, apiToken: app.apiToken });
    app.http = await listening(
      { protocol: "HTTP", flag: "--http-port", host: httpHost, port: httpPort },
      () => serveHttp({ fetch, upgrade: wsFlv(hub, viewers) }, httpHost, httpPort),
    );
    return app;
  } catch (error) {
    await app.shutdown();
    throw error;
  }
}

/** Gives a publication to everybody who wants it, and returns when they all have it. */
async function distribute(
  publication: Publication,
  hub: Hub,
  recorder: Recorder | undefined,
  output: Output | undefined,
): Promise<void> {
  const written: Promise<void>[] = [];
  const given: Promise<void> = hub.run(publication, (stream) => {
    if (recorder) written.push(record(recorder, stream));
    if (output) written.push(output.take(stream, given));
  });
  await given;
  await Promise.all(written);
}

/** A recording that fails is an error of its own: those who watch go on watching. */
async function record(recorder: Recorder, { publication, channel }: LiveStream): Promise<void> {
  try {
    const { tags } = channel.subscribe({ kind: "recording", mode: "lossless" });
    await recorder.record(publication, tags);
  } catch (error) {
    log.error("The recording of {path} has failed: {error}", {
      path: publication.path,
      publication: publication.id,
      error: describe(error),
    });
  }
}

async function openRecorder(directory: string): Promise<Recorder> {
  const flags = `--allow-read=${directory} --allow-write=${directory}`;
  return await opening(`record into ${directory}`, flags, () => Recorder.open(directory));
}

async function openOutput(target: string, loop: boolean): Promise<Output> {
  const flags = `--allow-write=${target}`;
  return await opening(`write to ${target}`, flags, () => Output.open(target, loop));
}

async function openCertificate(files: CertificateFiles): Promise<Certificate> {
  const flags = `--allow-read=${files.certFile},${files.keyFile}`;
  const what = `use the certificate ${files.certFile} with ${files.keyFile}`;
  return await opening(what, flags, () => readCertificate(files));
}
