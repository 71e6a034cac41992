/**
 * The header of an FLV tag (FLV 10.1, section E.4.1), and of the sub-messages of an aggregate (RTMP
 * 1.0, section 7.1.6).
 *
 *   UB[2]   reserved, 0
 *   UB[1]   filter: the tag is encrypted
 *   UB[5]   tag type
 *   UI24    size of the body
 *   UI24    time, the lower 24 bits
 *   UI8     time, the upper 8 bits
 *   UI24    stream id, 0
 *
 * @module
 */

import { readUint24, writeUint24 } from "../bytes/integers.ts";
import type { FlvTagType } from "./flv_tag.ts";

/**
 * The `TagType` numbers (FLV 10.1, section E.4.1; Enhanced RTMP v2, "Enabling AMF3 in FLV"). They
 * are the same as the message type ids of RTMP.
 */
export const TagType = {
  Audio: 8,
  Video: 9,
  ScriptAmf3: 15,
  Script: 18,
} as const;

/** The number for each kind of tag. */
export const TAG_TYPES: Readonly<Record<FlvTagType, number>> = {
  audio: TagType.Audio,
  video: TagType.Video,
  script: TagType.Script,
};

/** Bytes of the header. */
export const TAG_HEADER_LENGTH = 11;

/**
 * Bytes of PreviousTagSize after a tag: its length, for reading backwards (FLV 10.1, section E.3).
 */
export const PREVIOUS_TAG_SIZE_LENGTH = 4;

/** The largest body of a tag, in bytes: 24 bits. */
export const MAX_TAG_SIZE = 0xffffff;

/** Reads the time of the tag at `at`, 32 bits. */
export function readTagTime(bytes: Uint8Array, at: number): number {
  return (readUint24(bytes, at + 4) | bytes[at + 7]! << 24) >>> 0;
}

/** Writes the header of a tag at `at`, with the low 32 bits of its time. */
export function writeTagHeader(
  bytes: Uint8Array,
  at: number,
  type: number,
  size: number,
  timestamp: number,
): void {
  const time = timestamp >>> 0;
  bytes[at] = type;
  writeUint24(bytes, at + 1, size);
  writeUint24(bytes, at + 4, time & 0xffffff);
  bytes[at + 7] = time >>> 24;
  writeUint24(bytes, at + 8, 0);
}
