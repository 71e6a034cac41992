/**
 * Sluice takes live video in over RTMP and hands it on as web streams.
 *
 * @module
 */

export * from "./src/core.ts";
export * from "./src/ledger/server_ledger.ts";
export { Publication, type PublicationEnd, type StreamRequest } from "./src/session/publication.ts";
export type { Refusal } from "./src/session/status.ts";
export {
  type Authorization,
  type PublicationHandler,
  type RtmpServer,
  serveRtmp,
  type ServeRtmpOptions,
} from "./src/server/serve.ts";
