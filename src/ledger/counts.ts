/**
 * Counts of tags by kind, kept at each layer that tags pass.
 *
 * @module
 */

/**
 * Tags by what they are. A frame is a coded frame: sequence headers, ends of sequence, metadata
 * inside the audio and video streams and empty messages count as `otherTags`.
 */
export interface MediaCounts {
  /** Video tags that carry coded frames. */
  videoFrames: number;
  /** Audio tags that carry coded frames. */
  audioFrames: number;
  /** Script data: `onMetaData`, cue points and the like. */
  scriptTags: number;
  /** Sequence headers, ends of sequence, video metadata and commands, empty tags. */
  otherTags: number;
}

/** The count of {@linkcode MediaCounts} to which a tag belongs. */
export type MediaKind = keyof MediaCounts;

/**
 * Makes counts of zero.
 *
 * @returns A new object, in which the caller may count.
 *
 * @example
 * ```ts
 * import { mediaKind, noMedia } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const counts = noMedia();
 * counts[mediaKind("audio", Uint8Array.of(0xaf, 1, 0x21))]++;
 * assertEquals(counts, { videoFrames: 0, audioFrames: 1, scriptTags: 0, otherTags: 0 });
 * ```
 */
export function noMedia(): MediaCounts {
  return { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };
}
