/**
 * A parser for video tags, legacy (FLV 10.1, section E.4.3) or enhanced (Enhanced RTMP v2,
 * "Enhanced Video").
 *
 * @module
 */

import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { readInt24 } from "../bytes/integers.ts";
import { type ColorInfo, findColorInfo } from "./color_info.ts";
import {
  fourCcName,
  hasCompositionTime,
  type MultitrackForm,
  type RawTrack,
  readModEx,
  readTracks,
  requireBytes,
  VideoPacketType as Packet,
} from "./enhanced_header.ts";
import { hasLegacyPacketType } from "./legacy_header.ts";
import { decodeScriptData } from "./script_tag.ts";

/** The frame type of a video tag. */
export type VideoFrameType =
  | "keyframe"
  | "inter"
  | "disposable"
  | "generated"
  | "command"
  | "reserved";

/**
 * The packet type of a video tag. `empty` is a tag without a byte, `command` one of frame type 5.
 * `reserved` is an unassigned number; its track has the bytes after the header.
 */
export type VideoPacketType =
  | "sequence-start"
  | "coded-frames"
  | "sequence-end"
  | "coded-frames-x"
  | "metadata"
  | "mpeg2ts-sequence-start"
  | "command"
  | "empty"
  | "reserved";

/** One track of a video tag. */
export interface VideoTrack {
  /** 0 to 255; 0 is the default track. */
  trackId: number;
  /** The FourCC: see {@linkcode VideoTag.codec}. */
  codec: string;
  /** The presentation time minus the tag's time, in milliseconds, signed. */
  compositionTime: number;
  /** A frame, a decoder configuration or AMF0, depending on the packet type: a view, not a copy. */
  data: Uint8Array;
}

/** A parsed video tag. */
export interface VideoTag {
  /** Whether the header is that of Enhanced RTMP. */
  enhanced: boolean;
  /** The frame type; it has no meaning if `packetType` is `metadata`. */
  frameType: VideoFrameType;
  /** The packet type. */
  packetType: VideoPacketType;
  /**
   * The first track's FourCC: `avc1`, `hvc1`, `vvc1`, `av01`, `vp09`, `vp08`, or any other that the
   * sender wrote. Legacy codecs are `avc1`, `h263` (Sorenson), `screen`, `screen2`, `vp06`, `vp6a`,
   * `hvc1` and `av01` (ids 12 and 13: in no specification, but in use); others `legacy-8` and so
   * on. Empty where the tag names none: empty tags and enhanced commands.
   */
  codec: string;
  /** The first track's composition time, in milliseconds. */
  compositionTime: number;
  /** Nanoseconds to add to the tag's time, 0 to 999,999 (`ModEx` TimestampOffsetNano). */
  nanosecondOffset: number;
  /** The layout of a multitrack message; `undefined` for other messages. */
  multitrack: MultitrackForm | undefined;
  /** The tracks: one with id 0, or those of a multitrack message; none in commands. */
  tracks: VideoTrack[];
  /** The number of a command: 0 begins a seek on the client's side, 1 ends it. */
  command: number | undefined;
  /** The HDR metadata in a `metadata` packet; an empty object resets earlier metadata. */
  colorInfo: ColorInfo | undefined;
}

/**
 * The most values of HDR metadata that are decoded: 21 are defined, and it can arrive with each
 * frame.
 */
const MAX_COLOR_INFO_VALUES = 256;

const FRAME_TYPES: readonly VideoFrameType[] = [
  "reserved",
  "keyframe",
  "inter",
  "disposable",
  "generated",
  "command",
  "reserved",
  "reserved",
];

const PACKET_TYPES: readonly VideoPacketType[] = [
  "sequence-start",
  "coded-frames",
  "sequence-end",
  "coded-frames-x",
  "metadata",
  "mpeg2ts-sequence-start",
];

/** By `CodecID`; 12 and 13 are in no specification, but in use. */
const LEGACY_CODECS: Readonly<Record<number, string>> = {
  2: "h263",
  3: "screen",
  4: "vp06",
  5: "vp6a",
  6: "screen2",
  7: "avc1",
  12: "hvc1",
  13: "av01",
};

/**
 * Parses a video tag, legacy or enhanced, without copying its data.
 *
 * @param source The body of a video tag.
 * @returns The header fields and the tracks.
 * @throws {FlvError} If the header is truncated or invalid; `byteOffset` counts from the start of
 * `data`.
 *
 * @example
 * ```ts
 * import { parseVideoTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Uint8Array.of(0x91, 0x68, 0x76, 0x63, 0x31, 0, 0, 40, 1, 2, 3);
 * const { codec, frameType, packetType, compositionTime, tracks } = parseVideoTag(data);
 * assertEquals([codec, frameType, packetType], ["hvc1", "keyframe", "coded-frames"]);
 * assertEquals(compositionTime, 40);
 * assertEquals(tracks[0]!.data, Uint8Array.of(1, 2, 3));
 * ```
 */
export function parseVideoTag(source: ByteSource): VideoTag {
  const data = toBytes(source, "a video tag");
  const tag: VideoTag = {
    enhanced: false,
    frameType: "reserved",
    packetType: "empty",
    codec: "",
    compositionTime: 0,
    nanosecondOffset: 0,
    multitrack: undefined,
    tracks: [],
    command: undefined,
    colorInfo: undefined,
  };
  if (data.length === 0) return tag;
  tag.enhanced = data[0]! >= 0x80;
  tag.frameType = FRAME_TYPES[data[0]! >> 4 & 7]!;
  if (tag.enhanced) readEnhanced(tag, data);
  else readLegacy(tag, data);
  return tag;
}

/*
 * UB[4]   frame type, of which the highest bit is 0
 * UB[4]   codec id
 * UI8     frame type 5 only: command
 * UI8     AVC only: packet type
 * SI24    AVC only: composition time, 0 unless the packet type is 1
 */
function readLegacy(tag: VideoTag, data: Uint8Array): void {
  const codecId = data[0]! & 0x0f;
  const codec = LEGACY_CODECS[codecId] ?? `legacy-${codecId}`;
  tag.codec = codec;
  if (tag.frameType === "command") return readCommand(tag, data, 1);
  if (!hasLegacyPacketType(codecId)) {
    tag.packetType = "coded-frames";
    tag.tracks.push({ trackId: 0, codec, compositionTime: 0, data: data.subarray(1) });
    return;
  }
  requireBytes(data, 5, "a video header", 0);
  const packetType = data[1]!;
  tag.packetType = packetType <= Packet.SequenceEnd ? PACKET_TYPES[packetType]! : "reserved";
  tag.compositionTime = packetType === Packet.CodedFrames ? readInt24(data, 2) : 0;
  const { compositionTime } = tag;
  tag.tracks.push({ trackId: 0, codec, compositionTime, data: data.subarray(5) });
}

/*
 * UB[1] UB[3] UB[4]   1, frame type, packet type
 * ModEx               any number of them
 * UI8                 frame type 5 only, unless the packet type is Metadata: command
 * tracks              each beginning with SI24 composition time in CodedFrames of avc1, hvc1, vvc1
 */
function readEnhanced(tag: VideoTag, data: Uint8Array): void {
  const { at, nanosecondOffset } = readModEx(data);
  tag.nanosecondOffset = nanosecondOffset;
  if (tag.frameType === "command" && (data[at]! & 0x0f) !== Packet.Metadata) {
    return readCommand(tag, data, at + 1);
  }
  const { packetType, multitrack, tracks } = readTracks(data, at, Packet.Multitrack);
  tag.packetType = PACKET_TYPES[packetType] ?? "reserved";
  tag.multitrack = multitrack;
  tag.tracks = tracks.map((track) => readTrack(data, track, packetType === Packet.CodedFrames));
  tag.codec = tag.tracks[0]!.codec;
  tag.compositionTime = tag.tracks[0]!.compositionTime;
  if (packetType === Packet.Metadata) {
    const { start, end } = tracks[0]!;
    const limits = { maxElements: MAX_COLOR_INFO_VALUES };
    tag.colorInfo = findColorInfo(decodeScriptData(data.subarray(0, end), start, limits));
  }
}

function readTrack(data: Uint8Array, raw: RawTrack, codedFrames: boolean): VideoTrack {
  const { trackId, fourCc, end } = raw;
  let { start } = raw;
  let compositionTime = 0;
  if (codedFrames && hasCompositionTime(fourCc)) {
    requireBytes(data.subarray(0, end), start + 3, "a composition time", start);
    compositionTime = readInt24(data, start);
    start += 3;
  }
  return { trackId, codec: fourCcName(fourCc), compositionTime, data: data.subarray(start, end) };
}

function readCommand(tag: VideoTag, data: Uint8Array, at: number): void {
  requireBytes(data, at + 1, "a video command", at);
  tag.packetType = "command";
  tag.command = data[at]!;
}
