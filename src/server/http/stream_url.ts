/**
 * The URL of a stream: `/<app>/<name>.flv`.
 *
 * @module
 */

import { httpError } from "./http_error.ts";
import { type StreamPath, streamPath } from "../../publication/stream_path.ts";
import { isReserved } from "../auth/authorize.ts";

/** The longest accepted URL, in characters: a path of 4096 bytes, percent-encoded, and a query. */
const MAX_URL_LENGTH = 16_384;

const SUFFIX = ".flv";

/** The path and parameters in a stream's URL. */
export interface StreamUrl extends StreamPath {
  /** The parameters of the query. */
  params: URLSearchParams;
}

/**
 * Parses the raw target of a request: a URL parser would have resolved `..`.
 *
 * @throws {HTTPException} If it names no stream, or cannot name one: 404 or 400.
 */
export function readStreamUrl(target: string): StreamUrl {
  if (target.length > MAX_URL_LENGTH) {
    throw httpError(400, `URL too long: ${target.length} characters, limit ${MAX_URL_LENGTH}`);
  }
  const mark = target.indexOf("?");
  const pathname = mark < 0 ? target : target.slice(0, mark);
  if (!pathname.startsWith("/") || !pathname.endsWith(SUFFIX)) {
    throw httpError(404);
  }
  if (/%(?![0-9a-f]{2})/i.test(pathname)) {
    throw httpError(
      400,
      "malformed URL: a percent sign must be followed by two hexadecimal digits",
    );
  }
  const path = streamPath("", pathname);
  if ("description" in path) {
    throw httpError(
      400,
      `malformed URL: the URL of a stream is /<app>/<name>.flv. ${path.description}`,
    );
  }
  if (isReserved(path.path)) throw httpError(404);
  return { ...path, params: new URLSearchParams(mark < 0 ? "" : target.slice(mark)) };
}

/**
 * Reads the path of a stream after `prefix` in the target of a request.
 *
 * @returns `undefined` if no stream can have it.
 */
export function readStreamPath(target: string, prefix: string): string | undefined {
  const [pathname = ""] = target.split("?");
  const path = streamPath("", pathname.slice(prefix.length));
  return "path" in path ? path.path : undefined;
}
