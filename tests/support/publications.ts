/**
 * A server whose handler keeps all that it is given.
 *
 * @module
 */

import type { FlvTag } from "../../src/flv/flv_tag.ts";
import {
  type PublicationHandler,
  type RtmpServer,
  serveRtmp,
  type ServeRtmpOptions,
} from "../../src/serve/serve.ts";
import type { Publication, StreamRequest } from "../../src/publication/publication.ts";
import { until } from "./wait.ts";

/** A publication, and its tags so far. */
export interface Received {
  publication: Publication;
  tags: FlvTag[];
  /** Its tags have ended. */
  ended: boolean;
}

/** A server on loopback with what its handler has been given, in order. */
export interface CollectingServer extends AsyncDisposable {
  readonly server: RtmpServer;
  readonly port: number;
  readonly received: Received[];
  /** Waits for the publication of this number, from 0. */
  publication(number: number): Promise<Received>;
}

/** Starts a server that reads all tags of all publications. */
export function collect(options: ServeRtmpOptions = {}): CollectingServer {
  const received: Received[] = [];
  const server = serveOnLoopback(options, async (publication) => {
    const entry: Received = { publication, tags: [], ended: false };
    received.push(entry);
    for await (const tag of publication.tags) entry.tags.push(tag);
    entry.ended = true;
  });
  return {
    server,
    port: server.addr.port,
    received,
    publication: (number) => until(`publication ${number}`, () => received[number]),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** `serveRtmp` on a free port of loopback. */
export function serveOnLoopback(
  options: ServeRtmpOptions,
  handler: PublicationHandler,
): RtmpServer {
  return serveRtmp({ hostname: "127.0.0.1", port: 0, ...options }, handler);
}

/** What is asked for `live/demo` by a client that says little. */
export function publishRequest(): StreamRequest {
  return {
    kind: "publish",
    app: "live",
    name: "demo",
    path: "live/demo",
    params: new URLSearchParams(),
    remoteAddr: "127.0.0.1:1",
    tcUrl: "",
    flashVer: "",
  };
}
