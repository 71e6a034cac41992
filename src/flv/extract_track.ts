/**
 * Conversions of enhanced tags for receivers that support less: a single track, and no ModEx.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { readUint32, writeUint24 } from "../bytes/integers.ts";
import { parseAudioTag } from "./audio_tag.ts";
import {
  AudioPacketType,
  hasCompositionTime,
  skipModEx,
  VideoPacketType,
} from "./enhanced_header.ts";
import type { FlvTag } from "./flv_tag.ts";
import { SOUND_FORMAT_EX_HEADER } from "./legacy_header.ts";
import { parseVideoTag } from "./video_tag.ts";

/** The track for players that do not support several. */
export const FIRST_TRACK = 0;

/** `IsExVideoHeader`: the first bit of an enhanced video tag. */
const IS_EX_HEADER = 0x80;

/** The packet types of single tracks, by their names in parsed tags. */
const VIDEO_PACKETS: Readonly<Record<string, number>> = {
  "sequence-start": VideoPacketType.SequenceStart,
  "coded-frames": VideoPacketType.CodedFrames,
  "sequence-end": VideoPacketType.SequenceEnd,
  "coded-frames-x": VideoPacketType.CodedFramesX,
  "metadata": VideoPacketType.Metadata,
  "mpeg2ts-sequence-start": VideoPacketType.Mpeg2TsSequenceStart,
};
const AUDIO_PACKETS: Readonly<Record<string, number>> = {
  "sequence-start": AudioPacketType.SequenceStart,
  "coded-frames": AudioPacketType.CodedFrames,
  "sequence-end": AudioPacketType.SequenceEnd,
  "multichannel-config": AudioPacketType.MultichannelConfig,
};

/**
 * Returns one track of a multitrack tag as a tag of its own; `undefined` if it has no such track.
 *
 * @throws {FlvError} If the tag cannot be parsed.
 */
export function extractTrack(tag: FlvTag, trackId: number): FlvTag | undefined {
  return tag.type === "video" ? extractVideoTrack(tag, trackId) : extractAudioTrack(tag, trackId);
}

function extractVideoTrack(tag: FlvTag, trackId: number): FlvTag | undefined {
  const { tracks, packetType } = parseVideoTag(tag.data);
  const track = tracks.find((track) => track.trackId === trackId);
  const packet = VIDEO_PACKETS[packetType];
  if (!track || packet === undefined) return undefined;
  const fourCc = fourCcBytes(track.codec);
  const hasTime = packet === VideoPacketType.CodedFrames &&
    hasCompositionTime(readUint32(fourCc, 0));
  const head = Uint8Array.of(IS_EX_HEADER | tag.data[0]! & 0x70 | packet);
  const time = new Uint8Array(hasTime ? 3 : 0);
  if (hasTime) writeUint24(time, 0, track.compositionTime);
  return { ...tag, data: concat([head, fourCc, time, track.data]) };
}

function extractAudioTrack(tag: FlvTag, trackId: number): FlvTag | undefined {
  const { tracks, packetType } = parseAudioTag(tag.data);
  const track = tracks.find((track) => track.trackId === trackId);
  const packet = AUDIO_PACKETS[packetType];
  if (!track || packet === undefined) return undefined;
  const head = Uint8Array.of(SOUND_FORMAT_EX_HEADER << 4 | packet);
  return { ...tag, data: concat([head, fourCcBytes(track.codec), track.data]) };
}

/** Removes all ModEx from an enhanced tag, and so its nanosecond offset. */
export function stripModEx(tag: FlvTag): FlvTag {
  const at = skipModEx(tag.data);
  if (at === 0 || at >= tag.data.length) return tag;
  const data = tag.data.slice(at);
  data[0] = tag.data[0]! & 0xf0 | data[0]! & 0x0f;
  return { ...tag, data };
}

function fourCcBytes(codec: string): Uint8Array {
  return Uint8Array.from(codec, (character) => character.charCodeAt(0));
}
