/**
 * The path of a stream: one for every way in which people and programs write it.
 *
 * @module
 */

import { decodeUtf8, percentDecode } from "../bytes/utf8.ts";
import type { Refusal } from "./refusal.ts";

/** Where a stream is found. */
export interface StreamPath {
  /** All segments of the path but the last, joined by slashes; empty if there is only one. */
  app: string;
  /** The last segment. */
  name: string;
  /** All segments, joined by slashes. */
  path: string;
}

/** Bytes of the longest path: percent-encoded it still fits into the head of an HTTP request. */
const MAX_PATH_BYTES = 4096;

/**
 * Segments that name nothing: a slash too many, "here", and what Flash Media Server calls an app
 * without an instance.
 */
const EMPTY_SEGMENTS: readonly string[] = ["", ".", "_definst_"];

/** What players write in front of a name to say of which kind the file is. */
const FILE_TYPE = /^(?:flv|mp4|mp3):/i;

/** What stands behind the name in the URL of HTTP-FLV, and what FFmpeg drops there over RTMP. */
const FILE_SUFFIX = ".flv";

/** The beginning of a whole URL, up to its path. */
const ORIGIN = /^\s*[a-z][a-z0-9+.-]*:\/\/[^/]*/i;

/** White space, control characters, and marks of no width that are copied with a text. */
const SPACE = /[\s\p{Cc}\u200B-\u200F\u202A-\u202E\u2060-\u2069]/u;

const NO_NAME: Refusal = {
  description: "The stream has no name. Put one into the stream key, such as demo",
};

/**
 * Finds the path of a stream. It is made of the segments of app and name that are not empty, so that
 * all of these are `live/demo`:
 *
 * | app                      | name                         |
 * | ------------------------ | ---------------------------- |
 * | `live`, `/live/`         | `demo`, `/demo`, `demo.flv`  |
 * | `live/demo`              |                              |
 * |                          | `live/demo`, `live//demo`    |
 * | `rtmp://host/live`       | `demo`                       |
 * | `live`                   | `rtmp://host:1935/live/demo` |
 *
 * Names are percent-decoded, and what is not UTF-8 in them is percent-encoded: it stays apart. Letters
 * with marks are composed (Unicode's NFC): programs write them either way, and they look the same.
 * White space, control characters and marks of no width at the ends of a segment are no part of it.
 * The path of a path is the path itself.
 *
 * @param app The application, without its query.
 * @param name The stream's name, without its query.
 * @returns The path; or, if no URL can name the stream, what to tell the peer.
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
  return whyNot(segments, path) ?? {
    app: segments.slice(0, -1).join("/"),
    name: segments.at(-1)!,
    path,
  };
}

/** What is wrong with a path, if something is. */
function whyNot(segments: string[], path: string): Refusal | undefined {
  const use = "use a server such as rtmp://host/live and a stream key such as demo";
  if (segments.includes("..")) {
    return { description: `A stream's path cannot have .. in it: ${use}` };
  }
  const { length } = new TextEncoder().encode(path);
  if (length <= MAX_PATH_BYTES) return undefined;
  const size = `${length} bytes long, at most ${MAX_PATH_BYTES} are accepted`;
  return { description: `The stream's path is ${size}: ${use}` };
}

/** The segments of an app or a name that say something, and whether it is a whole URL. */
function readSegments(text: string): { segments: string[]; isUrl: boolean } {
  const decoded = decodeUtf8(percentDecode(new TextEncoder().encode(text))).normalize();
  const origin = ORIGIN.exec(decoded)?.[0] ?? "";
  const segments = decoded.slice(origin.length).split("/").map(trim)
    .filter((segment) => !EMPTY_SEGMENTS.includes(segment));
  return { segments, isUrl: origin !== "" };
}

/** A segment without the space around it, and without the type of file in front of it. */
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

/** Takes `.flv` from the name; one that then says nothing leaves its place to the segment before. */
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
