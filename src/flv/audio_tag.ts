/**
 * A parser for audio tags, legacy (FLV 10.1, section E.4.2) or enhanced (Enhanced RTMP v2,
 * "Enhanced Audio").
 *
 * @module
 */

import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { readUint32 } from "../bytes/integers.ts";
import {
  AudioPacketType as Packet,
  fourCcName,
  type MultitrackForm,
  type RawTrack,
  readModEx,
  readTracks,
  requireBytes,
} from "./enhanced_header.ts";
import { SOUND_FORMAT_AAC, SOUND_FORMAT_EX_HEADER } from "./legacy_header.ts";

/**
 * The packet type of an audio tag. `empty` is a tag without a byte, which means silence. `reserved`
 * is an unassigned number; its track has the bytes after the header.
 */
export type AudioPacketType =
  | "sequence-start"
  | "coded-frames"
  | "sequence-end"
  | "multichannel-config"
  | "empty"
  | "reserved";

/** The speakers of a track's channels (`MultichannelConfig`). */
export interface AudioChannels {
  /** `native`: in the order of the bits in `flags`, lowest first; `custom`: as in `mapping`. */
  order: "unspecified" | "native" | "custom" | "reserved";
  /** The number of channels, 0 to 255. */
  count: number;
  /** The speaker of each channel (`AudioChannel`), where the order is `custom`. */
  mapping: Uint8Array | undefined;
  /** A bit for each speaker that has a channel (`AudioChannelMask`), where it is `native`. */
  flags: number | undefined;
}

/** One track of an audio tag. */
export interface AudioTrack {
  /** 0 to 255; 0 is the default track. */
  trackId: number;
  /** The FourCC: see {@linkcode AudioTag.codec}. */
  codec: string;
  /** Coded audio or a decoder configuration, depending on the packet type: a view, not a copy. */
  data: Uint8Array;
  /** The speakers, in a `multichannel-config` packet. */
  channels: AudioChannels | undefined;
}

/** The flags in the first byte of a legacy header; AAC and Speex ignore them. */
export interface SoundFlags {
  /** `SoundFormat`, 0 to 15. */
  format: number;
  /** `SoundRate` in hertz: 5512, 11025, 22050 or 44100. */
  sampleRate: number;
  /** `SoundSize` in bits: 8 or 16. */
  sampleSize: number;
  /** `SoundType`: 1 or 2. */
  channels: number;
}

/** A parsed audio tag. */
export interface AudioTag {
  /** Whether the header is that of Enhanced RTMP. */
  enhanced: boolean;
  /** The packet type. */
  packetType: AudioPacketType;
  /**
   * The first track's FourCC: `mp4a`, `.mp3`, `Opus`, `fLaC`, `ac-3`, `ec-3`, or any other that the
   * sender wrote. Legacy formats are `mp4a`, `.mp3`, `pcm`, `pcm-le`, `adpcm`, `nellymoser`,
   * `alaw`, `ulaw`, `speex`, `device`; others `legacy-12` and so on. Empty in an empty tag.
   */
  codec: string;
  /** Nanoseconds to add to the tag's time, 0 to 999,999 (`ModEx` TimestampOffsetNano). */
  nanosecondOffset: number;
  /** The layout of a multitrack message; `undefined` for other messages. */
  multitrack: MultitrackForm | undefined;
  /** The tracks: one with id 0, or those of a multitrack message; none in an empty tag. */
  tracks: AudioTrack[];
  /** The sound flags of a legacy header. */
  sound: SoundFlags | undefined;
}

const SOUND_FORMATS: Readonly<Record<number, string>> = {
  0: "pcm",
  1: "adpcm",
  2: ".mp3",
  3: "pcm-le",
  4: "nellymoser",
  5: "nellymoser",
  6: "nellymoser",
  7: "alaw",
  8: "ulaw",
  10: "mp4a",
  11: "speex",
  14: ".mp3",
  15: "device",
};

const SOUND_RATES = [5512, 11025, 22050, 44100];

const PACKET_TYPES: readonly (AudioPacketType | undefined)[] = [
  "sequence-start",
  "coded-frames",
  "sequence-end",
  undefined,
  "multichannel-config",
];

const CHANNEL_ORDERS: readonly AudioChannels["order"][] = ["unspecified", "native", "custom"];

/**
 * Parses an audio tag, legacy or enhanced, without copying its data.
 *
 * @param source The body of an audio tag.
 * @returns The header fields and the tracks.
 * @throws {FlvError} If the header is truncated or invalid; `byteOffset` counts from the start of
 * `data`.
 *
 * @example
 * ```ts
 * import { parseAudioTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const { codec, packetType, tracks } = parseAudioTag(Uint8Array.of(0xaf, 0, 0x12, 0x10));
 * assertEquals([codec, packetType], ["mp4a", "sequence-start"]);
 * assertEquals(tracks[0]!.data, Uint8Array.of(0x12, 0x10));
 * ```
 */
export function parseAudioTag(source: ByteSource): AudioTag {
  const data = toBytes(source, "an audio tag");
  const tag: AudioTag = {
    enhanced: false,
    packetType: "empty",
    codec: "",
    nanosecondOffset: 0,
    multitrack: undefined,
    tracks: [],
    sound: undefined,
  };
  if (data.length === 0) return tag;
  tag.enhanced = data[0]! >> 4 === SOUND_FORMAT_EX_HEADER;
  if (tag.enhanced) readEnhanced(tag, data);
  else readLegacy(tag, data);
  return tag;
}

/*
 * UB[4]         sound format
 * UB[2]         sound rate
 * UB[1] UB[1]   sound size, sound type
 * UI8           AAC only: packet type
 */
function readLegacy(tag: AudioTag, data: Uint8Array): void {
  const flags = data[0]!;
  const format = flags >> 4;
  const codec = SOUND_FORMATS[format] ?? `legacy-${format}`;
  tag.codec = codec;
  tag.sound = {
    format,
    sampleRate: SOUND_RATES[flags >> 2 & 3]!,
    sampleSize: flags & 2 ? 16 : 8,
    channels: flags & 1 ? 2 : 1,
  };
  tag.packetType = "coded-frames";
  let start = 1;
  if (format === SOUND_FORMAT_AAC) {
    requireBytes(data, 2, "an AAC packet type", 1);
    tag.packetType = data[1]! <= Packet.CodedFrames ? PACKET_TYPES[data[1]!]! : "reserved";
    start = 2;
  }
  tag.tracks.push({ trackId: 0, codec, data: data.subarray(start), channels: undefined });
}

/*
 * UB[4] UB[4]   9, packet type
 * ModEx         any number of them
 * tracks
 */
function readEnhanced(tag: AudioTag, data: Uint8Array): void {
  const { at, nanosecondOffset } = readModEx(data);
  const { packetType, multitrack, tracks } = readTracks(data, at, Packet.Multitrack);
  tag.nanosecondOffset = nanosecondOffset;
  tag.packetType = PACKET_TYPES[packetType] ?? "reserved";
  tag.multitrack = multitrack;
  tag.tracks = tracks.map((track) => readTrack(data, track, packetType));
  tag.codec = tag.tracks[0]!.codec;
}

function readTrack(data: Uint8Array, raw: RawTrack, packetType: number): AudioTrack {
  const { trackId, fourCc, start, end } = raw;
  const channels = packetType === Packet.MultichannelConfig
    ? readChannels(data.subarray(0, end), start)
    : undefined;
  return { trackId, codec: fourCcName(fourCc), data: data.subarray(start, end), channels };
}

/*
 * UI8            channel order
 * UI8            channel count
 * UI8[count]     custom order only: the speaker of each channel
 * UI32           native order only: the speakers that have a channel
 */
function readChannels(data: Uint8Array, at: number): AudioChannels {
  requireBytes(data, at + 2, "a multichannel configuration", at);
  const order = CHANNEL_ORDERS[data[at]!] ?? "reserved";
  const count = data[at + 1]!;
  at += 2;
  if (order === "custom") requireBytes(data, at + count, "a channel mapping", at);
  if (order === "native") requireBytes(data, at + 4, "channel flags", at);
  return {
    order,
    count,
    mapping: order === "custom" ? data.subarray(at, at + count) : undefined,
    flags: order === "native" ? readUint32(data, at) : undefined,
  };
}
