/**
 * The canonical path of a stream, for every spelling by people and programs.
 *
 * @module
 */

import { decodeUtf8, percentDecode } from "../bytes/utf8.ts";
import type { Refusal } from "./refusal.ts";

/** The path of a stream and its parts. */
export interface StreamPath {
  /** All segments of the path but the last, joined by slashes; empty if there is only one. */
  app: string;
  /** The last segment. */
  name: string;
  /** All segments, joined by slashes. */
  path: string;
}

/** The longest path, in bytes: percent-encoded, it still fits into the head of an HTTP request. */
const MAX_PATH_BYTES = 4096;

/**
 * Segments that are dropped: those of repeated slashes, `.`, and Flash Media Server's name for an app
 * without an instance.
 */
const EMPTY_SEGMENTS: readonly string[] = ["", ".", "_definst_"];

/** The file type that some players write before the name. */
const FILE_TYPE = /^(?:flv|mp4|mp3):/i;

/** The suffix of the name in URLs of HTTP-FLV, which FFmpeg drops over RTMP. */
const FILE_SUFFIX = ".flv";

/** The beginning of a whole URL, up to its path. */
const ORIGIN = /^\s*[a-z][a-z0-9+.-]*:\/\/[^/]*/i;

/** White space, control characters, and characters of no width that get copied with a text. */
const SPACE = /[\s\p{Cc}\u200B-\u200F\u202A-\u202E\u2060-\u2069]/u;

const NO_NAME: Refusal = {
  description: "The stream has no name. Put one into the stream key, such as demo",
};

/**
 * Finds the path of a stream: the segments of app and name that are not empty. All of these are
 * `live/demo`:
 *
 * | app                      | name                         |
 * | ------------------------ | ---------------------------- |
 * | `live`, `/live/`         | `demo`, `/demo`, `demo.flv`  |
 * | `live/demo`              |                              |
 * |                          | `live/demo`, `live//demo`    |
 * | `rtmp://host/live`       | `demo`                       |
 * | `live`                   | `rtmp://host:1935/live/demo` |
 *
 * Names are percent-decoded; bytes that are not UTF-8 are percent-encoded, so that such names stay
 * different. Letters with marks are composed (Unicode's NFC), since programs write them either way
 * and they look the same. White space, control characters and characters of no width at the ends of
 * a segment are dropped. The path of a path is the path itself.
 *
 * @param app The application, without its query.
 * @param name The stream's name, without its query.
 * @returns The path; or a refusal, if no URL can name the stream.
 */
export function streamPath(app: string, name: string): StreamPath | Refusal {
  const outer = readSegments(app);
  const inner = readSegments(name);
  // A whole URL in the place of the name repeats the app.
  const repeats = inner.isUrl && outer.segments.every((one, i) => one === inner.segments[i]);
  const segments = repeats ? inner.segments : [...outer.segments, ...inner.segments];
  dropSuffix(segments);
  if (segments.length === 0) return NO_NAME;
  const path = segments.join("/");
  return refusalOf(segments, path) ?? {
    app: segments.slice(0, -1).join("/"),
    name: segments.at(-1)!,
    path,
  };
}

/** The reason to refuse a path, if there is one. */
function refusalOf(segments: string[], path: string): Refusal | undefined {
  const use = "use a server such as rtmp://host/live and a stream key such as demo";
  if (segments.includes("..")) {
    return { description: `A stream's path cannot have .. in it: ${use}` };
  }
  const { length } = new TextEncoder().encode(path);
  if (length <= MAX_PATH_BYTES) return undefined;
  const size = `${length} bytes long, at most ${MAX_PATH_BYTES} are accepted`;
  return { description: `The stream's path is ${size}: ${use}` };
}

/** The segments of an app or a name that are not empty, and whether it is a whole URL. */
function readSegments(text: string): { segments: string[]; isUrl: boolean } {
  const decoded = decodeUtf8(percentDecode(new TextEncoder().encode(text))).normalize();
  const origin = ORIGIN.exec(decoded)?.[0] ?? "";
  const segments = decoded.slice(origin.length).split("/").map(trim)
    .filter((segment) => !EMPTY_SEGMENTS.includes(segment));
  return { segments, isUrl: origin !== "" };
}

/** A segment without the space around it, and without the type of file before it. */
function trim(segment: string): string {
  let start = 0;
  let end = segment.length;
  for (let before = -1; before !== start;) {
    before = start;
    while (start < end && SPACE.test(segment[start]!)) start++;
    if (FILE_TYPE.test(segment.slice(start, start + 4))) start += 4;
  }
  while (end > start && SPACE.test(segment[end - 1]!)) end--;
  return segment.slice(start, end);
}

/** Removes `.flv` from the name. If nothing is left of it, the segment before becomes the name. */
function dropSuffix(segments: string[]): void {
  for (let name = segments.pop(); name !== undefined; name = segments.pop()) {
    let end = name.length;
    while (name.endsWith(FILE_SUFFIX, end)) {
      end -= FILE_SUFFIX.length;
      while (end > 0 && SPACE.test(name[end - 1]!)) end--;
    }
    const rest = name.slice(0, end);
    if (!EMPTY_SEGMENTS.includes(rest)) return void segments.push(rest);
  }
}
