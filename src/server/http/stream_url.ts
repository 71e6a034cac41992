/**
 * The URL of a stream: `/<app>/<name>.flv`.
 *
 * @module
 */

import { HTTPException } from "hono/http-exception";
import { RESERVED_APP } from "../authorize.ts";

/** Characters of the longest URL that is read; as many as a name over RTMP may have. */
const MAX_URL_LENGTH = 4096;

const SUFFIX = ".flv";

/** What a URL asks for. */
export interface StreamUrl {
  /** All but the last part. */
  app: string;
  /** The last part. */
  name: string;
  /** `app/name`, by which streams are found. */
  path: string;
  /** What stands behind the question mark. */
  params: URLSearchParams;
}

/**
 * Takes the target of a request apart, as the request has it: a URL parser would already have
 * resolved `..`. Each part is decoded by itself, so that a slash in a name is `%2F`.
 *
 * @throws {HTTPException} If it names no stream, or cannot name one: 404 or 400.
 */
export function readStreamUrl(target: string): StreamUrl {
  if (target.length > MAX_URL_LENGTH) {
    throw badUrl(`The URL has ${target.length} characters; at most ${MAX_URL_LENGTH} are read`);
  }
  const mark = target.indexOf("?");
  const pathname = mark < 0 ? target : target.slice(0, mark);
  if (!pathname.startsWith("/") || !pathname.endsWith(SUFFIX)) {
    throw new HTTPException(404, { message: "There is nothing here" });
  }
  const parts = pathname.slice(1, -SUFFIX.length).split("/").map(decode);
  if (parts.length < 2 || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw badUrl("The URL of a stream is /<app>/<name>.flv, and none of its parts is empty or ..");
  }
  if (parts[0] === RESERVED_APP) throw new HTTPException(404, { message: "There is nothing here" });
  const name = parts.pop()!;
  const app = parts.join("/");
  const params = new URLSearchParams(mark < 0 ? "" : target.slice(mark));
  return { app, name, path: `${app}/${name}`, params };
}

/**
 * Reads the path of a stream behind `prefix` in the target of a request. Its parts are decoded one by
 * one; a slash may stand as it is, or as `%2F`.
 *
 * @returns `undefined` if a percent sign does not begin a character of UTF-8.
 */
export function readStreamPath(target: string, prefix: string): string | undefined {
  const [pathname = ""] = target.split("?");
  try {
    return pathname.slice(prefix.length).split("/").map(decodeURIComponent).join("/");
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw badUrl("The URL has a percent sign that does not begin a character of UTF-8");
  }
}

function badUrl(message: string): HTTPException {
  return new HTTPException(400, { message });
}
