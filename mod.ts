/**
 * Sluice takes live video in over RTMP and hands it on as web streams.
 *
 * @module
 */

export * from "./src/core.ts";
export * from "./src/ledger/server_ledger.ts";
export { Publication, type PublicationEnd, type StreamRequest } from "./src/session/publication.ts";
export type { RtmpLimits } from "./src/session/limits.ts";
export type { PlaySource } from "./src/session/player.ts";
export type { TagFilter } from "./src/session/player_filter.ts";
export type { Certificate } from "./src/server/tls_entrance.ts";
export type { Refusal } from "./src/session/status.ts";
export {
  type Authorization,
  type PublicationHandler,
  type RtmpServer,
  serveRtmp,
  type ServeRtmpOptions,
} from "./src/server/serve.ts";
