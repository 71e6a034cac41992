/**
 * What an FLV tag is.
 *
 * @module
 */

import { toBytes } from "../bytes/byte_source.ts";
import { describe } from "../check_option.ts";
import { plainText } from "../plain_text.ts";

/** Characters of a type that stand in an error. */
const MAX_SHOWN = 40;

/** The kinds of FLV tags (FLV 10.1, section E.4.1). */
export type FlvTagType = "audio" | "video" | "script";

/**
 * One FLV tag: a piece of audio, of video, or of script data, with its time.
 *
 * `data` is the tag's body as it stands in an FLV file. What is inside is read by
 * {@linkcode parseVideoTag}, {@linkcode parseAudioTag} and {@linkcode parseScriptTag}.
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
  /** What `data` is. */
  type: FlvTagType;
  /**
   * Decoding time in milliseconds, unwrapped: it keeps growing past 2^32, where RTMP and FLV wrap.
   */
  timestamp: number;
  /**
   * The body of the tag. It belongs to the one who receives the tag: nothing else reads or writes
   * this memory, except of a `Subscription` that asked for shared tags.
   */
  data: Uint8Array;
}

/** The same tag in memory of its own. */
export function copyTag(tag: FlvTag): FlvTag {
  return { ...tag, data: tag.data.slice() };
}

/**
 * A tag that a program has made, with its data as a plain `Uint8Array`: the very same in all but odd
 * cases.
 *
 * @throws {TypeError} If its data is no source of bytes.
 */
export function withBytes(tag: FlvTag): FlvTag {
  const data = toBytes(tag.data, "the data of a tag");
  return data === tag.data ? tag : { ...tag, data };
}

/**
 * The same for a tag that is to be sent, written or kept.
 *
 * @throws {TypeError} If it is none.
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
 * Checks that tags can be read from a source.
 *
 * @throws {TypeError} If it is no stream, or has a reader already.
 */
export function checkTags(tags: ReadableStream<FlvTag>): void {
  if (typeof (tags as ReadableStream | undefined)?.getReader !== "function") {
    throw new TypeError(`Cannot read tags from ${describe(tags)}: expected a ReadableStream`);
  }
  if (tags.locked) throw new TypeError("Cannot read tags from a stream that has a reader already");
}

/** A value as it stands in an error; its text may be long. */
function formatValue(value: unknown): string {
  if (typeof value === "string") return plainText(value, MAX_SHOWN);
  return typeof value === "number" ? String(value) : describe(value);
}
