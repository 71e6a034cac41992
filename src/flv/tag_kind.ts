/**
 * What a tag is, told from its first bytes. None of these throws, and the ones on the way of every
 * frame allocate nothing.
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
import { audioPacket, videoPacket } from "./packet_type.ts";
import { isRandomAccess } from "./random_access.ts";
import { parseVideoTag } from "./video_tag.ts";

/** The name of the event that metadata is. */
const ON_METADATA = encodeAmf0("onMetaData");

/**
 * Tells what a tag counts as. A frame is a coded frame with at least a byte of it: sequence
 * headers, ends of sequence, metadata, commands, channel configurations and empty tags are
 * `otherTags`, and so is what cannot be understood. A multitrack tag counts as one frame.
 *
 * @param type The type of the tag.
 * @param source The body of the tag.
 * @returns The counter that the tag belongs to.
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
    return audioPacket(data) === AudioPacketType.CodedFrames ? "audioFrames" : "otherTags";
  }
  const packet = videoPacket(data);
  return packet === VideoPacketType.CodedFrames || packet === VideoPacketType.CodedFramesX
    ? "videoFrames"
    : "otherTags";
}

/**
 * Tells whether a tag is a coded video frame that a decoder can begin with: it is marked as a
 * keyframe, or its bitstream says so. Some senders mark every frame as an inter frame, or as
 * nothing; and a frame that is marked need not be an IDR picture, as where the picture is refreshed
 * bit by bit.
 *
 * The bitstreams of H.264, HEVC and VVC, if the lengths before their NAL units have four bytes, and
 * of AV1, VP8 and VP9 are looked at. Of a message with many tracks it is the first one's.
 *
 * @param tag The tag.
 * @returns Whether it is a keyframe; sequence headers, which are marked as such too, are not.
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
 * Tells whether a tag is the sequence header that a decoder has to be set up with.
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
  if (type === "audio") return audioPacket(data) === AudioPacketType.SequenceStart;
  if (type !== "video") return false;
  const packet = videoPacket(data);
  return packet === VideoPacketType.SequenceStart ||
    packet === VideoPacketType.Mpeg2TsSequenceStart;
}

/**
 * Tells whether a tag is the metadata of its stream, as opposed to other script data.
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
 * Returns the key under which to keep a tag for later consumers: a decoder needs the latest tag of
 * each key. A key whose tag comes again moves to the end of the order.
 *
 * Beside sequence headers, such are the speakers of a track and HDR metadata. A header of many
 * tracks has a key of its own.
 *
 * @param given The tag.
 * @returns As `video:0`, `audio:1`, `video:0+1`, `audio:0:channels` or `video:0:metadata`;
 * undefined if the tag is none of these.
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
  if (type === "audio" && audioPacket(data) === AudioPacketType.MultichannelConfig) {
    return ":channels";
  }
  if (type === "video" && videoPacket(data) === VideoPacketType.Metadata) return ":metadata";
  return undefined;
}
