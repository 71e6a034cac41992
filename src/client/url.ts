/**
 * A parser for RTMP URLs, which splits them as FFmpeg does.
 *
 * @module
 */

import type { Credentials } from "../session/adobe_auth.ts";

/** The default ports of RTMP and RTMPS (IANA; RTMPS uses the port of HTTPS). */
const DEFAULT_PORTS = { rtmp: 1935, rtmps: 443 } as const;

/** The parts of an RTMP URL. */
export interface RtmpTarget {
  /** Whether to connect by TLS. */
  secure: boolean;
  /** A name or an address, without the brackets of IPv6. */
  hostname: string;
  port: number;
  /** The application, with its query if it has one. */
  app: string;
  /** The stream's name, with its query. */
  streamName: string;
  /** The URL of the application for `connect`, without the password. */
  tcUrl: string;
  /** `host:port`, for error messages. */
  host: string;
  /** `host:port/app`, for error messages: the stream's name is often a secret key. */
  hostAndApp: string;
  /** The user and password before the host. */
  credentials?: Credentials;
}

/** Values that replace those of the URL. */
export interface RtmpTargetOptions {
  /** The application, instead of the first one or two segments of the URL's path. */
  app?: string;
  /** The stream's name with its query, instead of what stands after the application. */
  streamName?: string;
}

/**
 *     rtmp://user:password@host:1935/app/name?query
 *
 * The user and password end at the last `@` before the path, since passwords may contain `@`.
 */
const PATTERN =
  /^(rtmps?):\/\/(?:([^/?]*)@)?(\[[0-9a-f:.]+\]|[^:/?@[\]]+)(?::(\d+))?(?:\/(.*))?$/is;

/**
 * Parses an RTMP URL. The application is the first segment of the path, or the first two if there
 * are more than two (`live/inst` of `/live/inst/cam`) and no colon follows (`/vod/mp4:a/b`).
 * Everything after it, including a query, is the stream's name, unchanged. If the path has no slash
 * before its query, the query belongs to the application, up to the last slash
 * (`/live?token=a/b/cam` is `cam` of `live?token=a/b`).
 *
 * @throws {TypeError} If it is not an RTMP URL, or names no application or no stream.
 */
export function parseRtmpUrl(url: string | URL, options: RtmpTargetOptions = {}): RtmpTarget {
  const parts = PATTERN.exec(String(url));
  if (!parts) throw new TypeError(`Cannot use this URL: it is not of the form ${FORM}`);
  const [, scheme, user, bracketed = "", digits, rest = ""] = parts;
  const secure = scheme!.toLowerCase() === "rtmps";
  const port = Number(digits ?? DEFAULT_PORTS[secure ? "rtmps" : "rtmp"]);
  if (port < 1 || port > 65535) {
    throw new TypeError(`Cannot use this URL: the port ${port} is not from 1 to 65535`);
  }
  const found = options.streamName === undefined ? split(rest) : splitPath(rest);
  const app = options.app ?? found.app;
  const streamName = options.streamName ?? found.streamName;
  const host = `${bracketed}:${port}`;
  if (withoutQuery(app) === "") {
    throw new TypeError(
      `Cannot use the URL of ${host}: it names no application; write it as ${FORM}`,
    );
  }
  if (streamName === "") {
    throw new TypeError(
      `Cannot use the URL of ${host}: it names no stream; write it as ${FORM}`,
    );
  }
  return {
    secure,
    hostname: bracketed.replace(/^\[|\]$/g, ""),
    port,
    app,
    streamName,
    tcUrl: `${secure ? "rtmps" : "rtmp"}://${host}/${app}`,
    host,
    hostAndApp: `${host}/${withoutQuery(app)}`,
    ...user !== undefined && { credentials: readCredentials(user) },
  };
}

const FORM = "rtmp://host/app/name or rtmps://host/app/name";

/** An application and a stream's name, each with its query. */
type Parts = Pick<RtmpTarget, "app" | "streamName">;

/** Like {@linkcode splitPath}, but also finds a stream's name after the application's query. */
function split(rest: string): Parts {
  const last = rest.lastIndexOf("/");
  if (last < 0 || withoutQuery(rest).includes("/")) return splitPath(rest);
  return { app: rest.slice(0, last), streamName: rest.slice(last + 1) };
}

/**
 * Splits a path. The query belongs to the stream's name, or to the application if there is no name.
 */
function splitPath(rest: string): Parts {
  const path = withoutQuery(rest);
  const first = path.indexOf("/");
  if (first < 0) return { app: rest, streamName: "" };
  const second = path.indexOf("/", first + 1);
  const colon = path.indexOf(":", first + 1);
  const end = second < 0 || colon >= 0 && colon < second ? first : second;
  return { app: rest.slice(0, end), streamName: rest.slice(end + 1) };
}

function withoutQuery(text: string): string {
  const mark = text.indexOf("?");
  return mark < 0 ? text : text.slice(0, mark);
}

function readCredentials(user: string): Credentials {
  const colon = user.indexOf(":");
  const parts = colon < 0 ? [user, ""] : [user.slice(0, colon), user.slice(colon + 1)];
  try {
    const [name, password] = parts.map(decodeURIComponent);
    return { user: name!, password: password! };
  } catch {
    throw new TypeError("Cannot use this URL: a % in its user or password does not begin a byte");
  }
}
