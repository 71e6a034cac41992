/**
 * The FLV tag, and checks of tags from programs.
 *
 * @module
 */

import { toBytes } from "../bytes/byte_source.ts";
import { describe } from "../check_option.ts";
import { plainText } from "../plain_text.ts";

/** Characters of a value that are quoted in an error. */
const MAX_SHOWN = 40;

/** The kinds of FLV tags (FLV 10.1, section E.4.1). */
export type FlvTagType = "audio" | "video" | "script";

/**
 * One FLV tag: a piece of audio, of video, or of script data, with its time.
 *
 * `data` is the tag's body as it stands in an FLV file. Its content is parsed by {@linkcode
 * parseVideoTag}, {@linkcode parseAudioTag} and {@linkcode parseScriptTag}.
 *
 * @example
 * ```ts
 * import { type FlvTag, parseVideoTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = {
 *   type: "video",
 *   timestamp: 40,
 *   data: Uint8Array.of(0x17, 1, 0, 0, 80, 0, 0, 0, 1, 0x65),
 * };
 * assertEquals(parseVideoTag(tag.data).frameType, "keyframe");
 * ```
 */
export interface FlvTag {
  /** The kind of `data`. */
  type: FlvTagType;
  /**
   * Decoding time in milliseconds, unwrapped: it keeps growing past 2^32, where RTMP and FLV wrap.
   */
  timestamp: number;
  /**
   * The body of the tag. It belongs to the receiver of the tag: no other code reads or writes this
   * memory, unless a `Subscription` asked for shared tags.
   */
  data: Uint8Array;
}

/** Copies a tag and its data. */
export function copyTag(tag: FlvTag): FlvTag {
  return { ...tag, data: tag.data.slice() };
}

/**
 * Returns a tag with its data as a plain `Uint8Array`: usually the same tag.
 *
 * @throws {TypeError} If its data is not a byte source.
 */
export function withBytes(tag: FlvTag): FlvTag {
  const data = toBytes(tag.data, "the data of a tag");
  return data === tag.data ? tag : { ...tag, data };
}

/**
 * Checks a tag of a program before it is sent, written or kept. Returns it with its data as a plain
 * `Uint8Array`.
 *
 * @throws {TypeError} If it is not a tag.
 */
export function checkTag(tag: FlvTag): FlvTag {
  const { type, timestamp } = Object(tag) as FlvTag;
  if (type !== "audio" && type !== "video" && type !== "script") {
    throw new TypeError(
      `Cannot take a tag of type ${formatValue(type)}: expected "audio", "video" or "script"`,
    );
  }
  if (!Number.isFinite(timestamp)) {
    throw new TypeError(
      `Cannot take a tag with the timestamp ${formatValue(timestamp)}: expected milliseconds`,
    );
  }
  return withBytes(tag);
}

/**
 * Checks that tags can be read from a stream.
 *
 * @throws {TypeError} If it is not a stream, or already has a reader.
 */
export function checkTags(tags: ReadableStream<FlvTag>): void {
  if (typeof (tags as ReadableStream | undefined)?.getReader !== "function") {
    throw new TypeError(`Cannot read tags from ${describe(tags)}: expected a ReadableStream`);
  }
  if (tags.locked) throw new TypeError("Cannot read tags from a stream that has a reader already");
}

/** Formats a value for an error, shortened. */
function formatValue(value: unknown): string {
  if (typeof value === "string") return plainText(value, MAX_SHOWN);
  return typeof value === "number" ? String(value) : describe(value);
}
