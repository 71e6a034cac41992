/**
 * Sluice receives live video over RTMP and delivers it as web streams.
 *
 * {@linkcode serveRtmp} is the server. It calls a handler with each {@linkcode Publication}. The
 * classes named `...Stream` are the stages of the server, each a `TransformStream` for pipelines of
 * your own.
 *
 * @example Record every publication into a file
 * ```ts ignore
 * import { FlvMuxerStream, serveRtmp } from "@sluice/rtmp";
 *
 * serveRtmp({ port: 1935 }, async (publication) => {
 *   const file = await Deno.create(`${publication.fileName}.flv`);
 *   await publication.tags.pipeThrough(new FlvMuxerStream()).pipeTo(file.writable);
 * });
 * ```
 *
 * @module
 */

export * from "./src/core.ts";
export { playRtmp, type PlayRtmpOptions, type RtmpPlayer } from "./src/client/play.ts";
export { publishRtmp, type PublishRtmpOptions, type RtmpPublisher } from "./src/client/publish.ts";
export type { RtmpClientOptions } from "./src/client/connect.ts";
export type { RtmpTargetOptions } from "./src/client/url.ts";
export type { HandshakeScheme } from "./src/handshake/digest.ts";
export { type RefusalReason, ServerLedger } from "./src/ledger/server_ledger.ts";
export type { PasswordLookup } from "./src/session/server/adobe_gate.ts";
export type { RtmpLimits } from "./src/session/limits.ts";
export type { PlaySource } from "./src/session/server/player.ts";
export type { TagFilter } from "./src/session/server/player_filter.ts";
export type { Publication, PublicationEnd, StreamRequest } from "./src/publication/publication.ts";
export type { Refusal } from "./src/publication/refusal.ts";
export { serveRtmp } from "./src/serve/serve.ts";
export type {
  Authorization,
  ErrorContext,
  PublicationHandler,
  RtmpConnection,
  RtmpServer,
  ServeRtmpOptions,
  ShutdownOptions,
} from "./src/serve/types.ts";
export type { PublishedStream } from "./src/serve/published_stream.ts";
export type { Certificate } from "./src/net/tls_listener.ts";
