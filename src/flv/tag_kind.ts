/**
 * Classification of tags by their first bytes. Only a wrong argument throws, and the functions that
 * run for every frame allocate nothing.
 *
 * @module
 */

import { startsWith } from "@std/bytes";
import { encodeAmf0 } from "../amf/encode_amf0.ts";
import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { FlvError } from "../errors.ts";
import type { MediaKind } from "../ledger/counts.ts";
import { parseAudioTag } from "./audio_tag.ts";
import { AudioPacketType, VideoPacketType } from "./enhanced_header.ts";
import { type FlvTag, type FlvTagType, withBytes } from "./flv_tag.ts";
import { SOUND_FORMAT_EX_HEADER } from "./legacy_header.ts";
import { audioPacketType, videoPacketType } from "./packet_type.ts";
import { isRandomAccess } from "./random_access.ts";
import { parseVideoTag } from "./video_tag.ts";

/** The name of the event that metadata is. */
const ON_METADATA = encodeAmf0("onMetaData");

/**
 * Returns the counter for a tag. A frame is a coded frame of at least one byte. Sequence headers,
 * ends of sequence, metadata, commands, channel configurations, empty tags and unreadable ones are
 * `otherTags`. A multitrack tag counts as one frame.
 *
 * @param type The type of the tag.
 * @param source The body of the tag.
 * @returns The counter.
 *
 * @example
 * ```ts
 * import { mediaKind } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mediaKind("audio", Uint8Array.of(0xaf, 1, 0x21)), "audioFrames");
 * assertEquals(mediaKind("audio", Uint8Array.of(0xaf, 0, 0x12, 0x10)), "otherTags");
 * ```
 */
export function mediaKind(type: FlvTagType, source: ByteSource): MediaKind {
  const data = toBytes(source, "a tag");
  if (type === "script") return data.length ? "scriptTags" : "otherTags";
  if (type === "audio") {
    return audioPacketType(data) === AudioPacketType.CodedFrames ? "audioFrames" : "otherTags";
  }
  const packet = videoPacketType(data);
  return packet === VideoPacketType.CodedFrames || packet === VideoPacketType.CodedFramesX
    ? "videoFrames"
    : "otherTags";
}

/**
 * Tells whether a tag is a coded video frame with which a decoder can begin, by its frame type or
 * by its bitstream. Some senders mark every frame as an inter frame. A marked frame need not be an
 * IDR picture, for example with intra refresh.
 *
 * It reads the bitstreams of AV1, VP8 and VP9, and those of H.264, HEVC and VVC if their NAL unit
 * lengths have four bytes. In a multitrack message, the first track decides.
 *
 * @param tag The tag.
 * @returns Whether it is a keyframe; sequence headers, which have the same mark, are not.
 *
 * @example
 * ```ts
 * import { isKeyframe } from "@sluice/rtmp";
 * import { assert } from "@std/assert";
 *
 * // An IDR picture, marked as a keyframe and as an inter frame.
 * for (const mark of [0x17, 0x27]) {
 *   const data = Uint8Array.of(mark, 1, 0, 0, 0, 0, 0, 0, 1, 0x65);
 *   assert(isKeyframe({ type: "video", timestamp: 0, data }));
 * }
 * ```
 */
export function isKeyframe(tag: FlvTag): boolean {
  const { type, data } = withBytes(tag);
  return type === "video" && mediaKind(type, data) === "videoFrames" && isRandomAccess(data);
}

/**
 * Tells whether a tag is a sequence header, which configures a decoder.
 *
 * @param tag The tag.
 * @returns Whether it is an audio or video sequence header.
 *
 * @example
 * ```ts
 * import { isSequenceHeader } from "@sluice/rtmp";
 * import { assert } from "@std/assert";
 *
 * const data = Uint8Array.of(0xaf, 0, 0x12, 0x10);
 * assert(isSequenceHeader({ type: "audio", timestamp: 0, data }));
 * ```
 */
export function isSequenceHeader(tag: FlvTag): boolean {
  const { type, data } = withBytes(tag);
  if (type === "audio") return audioPacketType(data) === AudioPacketType.SequenceStart;
  if (type !== "video") return false;
  const packet = videoPacketType(data);
  return packet === VideoPacketType.SequenceStart ||
    packet === VideoPacketType.Mpeg2TsSequenceStart;
}

/**
 * Tells whether a tag is `onMetaData`, not other script data.
 *
 * @param tag The tag.
 * @returns Whether its event is `onMetaData`.
 *
 * @example
 * ```ts
 * import { encodeAmf0, isMetadata } from "@sluice/rtmp";
 * import { assert } from "@std/assert";
 *
 * const data = encodeAmf0("onMetaData", { width: 1920 });
 * assert(isMetadata({ type: "script", timestamp: 0, data }));
 * ```
 */
export function isMetadata(tag: FlvTag): boolean {
  const { type, data } = withBytes(tag);
  return type === "script" && startsWith(data, ON_METADATA);
}

/**
 * Tells whether a tag has the header of Enhanced RTMP.
 *
 * @param tag The tag.
 * @returns Whether its codec is named by a FourCC.
 *
 * @example
 * ```ts
 * import { isEnhanced } from "@sluice/rtmp";
 * import { assert } from "@std/assert";
 *
 * const data = Uint8Array.of(0x91, 0x68, 0x76, 0x63, 0x31, 0, 0, 40, 1, 2, 3);
 * assert(isEnhanced({ type: "video", timestamp: 0, data }));
 * ```
 */
export function isEnhanced(tag: FlvTag): boolean {
  const { type, data } = withBytes(tag);
  if (data.length === 0 || type === "script") return false;
  return type === "video" ? data[0]! >= 0x80 : data[0]! >> 4 === SOUND_FORMAT_EX_HEADER;
}

/**
 * Returns the key under which to keep a tag for later consumers. A decoder needs the latest tag of
 * each key, in the order of their arrival.
 *
 * Sequence headers, channel configurations and HDR metadata have keys. A header of several tracks
 * has its own key.
 *
 * @param given The tag.
 * @returns A key such as `video:0`, `audio:1`, `video:0+1`, `audio:0:channels` or
 * `video:0:metadata`; `undefined` for other tags.
 *
 * @example
 * ```ts
 * import { sequenceHeaderKey } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Uint8Array.of(0xaf, 0, 0x12, 0x10);
 * assertEquals(sequenceHeaderKey({ type: "audio", timestamp: 0, data }), "audio:0");
 * ```
 */
export function sequenceHeaderKey(given: FlvTag): string | undefined {
  const tag = withBytes(given);
  const suffix = keySuffix(tag);
  if (suffix === undefined) return undefined;
  try {
    const { tracks } = tag.type === "audio" ? parseAudioTag(tag.data) : parseVideoTag(tag.data);
    return `${tag.type}:${tracks.map(({ trackId }) => trackId).join("+")}${suffix}`;
  } catch (error) {
    if (error instanceof FlvError) return undefined;
    throw error;
  }
}

function keySuffix(tag: FlvTag): string | undefined {
  if (isSequenceHeader(tag)) return "";
  const { type, data } = tag;
  if (type === "audio" && audioPacketType(data) === AudioPacketType.MultichannelConfig) {
    return ":channels";
  }
  if (type === "video" && videoPacketType(data) === VideoPacketType.Metadata) return ":metadata";
  return undefined;
}
