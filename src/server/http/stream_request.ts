/**
 * HTTP requests as stream requests, which are authorized like those over RTMP.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { StreamRequest } from "../../publication/publication.ts";
import type { HttpSocket } from "./http_socket.ts";
import { readStreamUrl } from "./stream_url.ts";

/**
 * Reads a request. The key is `?key=KEY`, as over RTMP, or `Authorization: Bearer KEY`.
 *
 * @throws {HTTPException} If its URL names no stream, or cannot name one: 404 or 400.
 */
export function readStreamRequest(
  kind: StreamRequest["kind"],
  incoming: IncomingMessage,
): StreamRequest {
  const { url, headers } = incoming;
  const { params, ...path } = readStreamUrl(url ?? "");
  const token = bearerOf(incoming);
  if (token && !params.has("key")) params.set("key", token);
  const { id, remoteAddr } = socketOf(incoming);
  return {
    kind,
    ...path,
    params,
    connection: id,
    remoteAddr,
    tcUrl: `http://${headers.host ?? ""}/${path.app}`,
    flashVer: headers["user-agent"] ?? "",
    ...kind === "publish" && { type: "live" as const },
  };
}

/** The credential after `Authorization: Bearer`. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  const [scheme, token] = (headers.authorization ?? "").split(" ");
  return scheme?.toLowerCase() === "bearer" ? token : undefined;
}

/** The connection of a request, which is always an `HttpSocket`. */
export function socketOf(incoming: IncomingMessage): HttpSocket {
  return incoming.socket as unknown as HttpSocket;
}
