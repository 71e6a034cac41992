/**
 * What an FLV tag is.
 *
 * @module
 */

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
  /** Decoding time in milliseconds, unwrapped: it goes on past 2^32, where RTMP and FLV wrap. */
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
