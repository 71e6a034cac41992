/**
 * Enhanced tags made plain, for receivers that know less than their sender.
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

/** The track that a player gets which does not know that there can be several. */
export const FIRST_TRACK = 0;

/** The first bit of a video tag that has an enhanced header. */
const IS_EX_HEADER = 0x80;

/** The packet types that are of one track, by the names that parsing gives them. */
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
 * Takes one track out of a multitrack tag and writes it as a tag of its own.
 *
 * @throws {FlvError} If the tag cannot be read.
 */
export function plainTrack(tag: FlvTag, trackId: number): FlvTag | undefined {
  return tag.type === "video" ? plainVideo(tag, trackId) : plainAudio(tag, trackId);
}

function plainVideo(tag: FlvTag, trackId: number): FlvTag | undefined {
  const { tracks, packetType } = parseVideoTag(tag.data);
  const track = tracks.find((track) => track.trackId === trackId);
  const packet = VIDEO_PACKETS[packetType];
  if (!track || packet === undefined) return undefined;
  const fourCc = fourCcBytes(track.codec);
  const withTime = packet === VideoPacketType.CodedFrames &&
    hasCompositionTime(readUint32(fourCc, 0));
  const head = Uint8Array.of(IS_EX_HEADER | tag.data[0]! & 0x70 | packet);
  const time = new Uint8Array(withTime ? 3 : 0);
  if (withTime) writeUint24(time, 0, track.compositionTime);
  return { ...tag, data: concat([head, fourCc, time, track.data]) };
}

function plainAudio(tag: FlvTag, trackId: number): FlvTag | undefined {
  const { tracks, packetType } = parseAudioTag(tag.data);
  const track = tracks.find((track) => track.trackId === trackId);
  const packet = AUDIO_PACKETS[packetType];
  if (!track || packet === undefined) return undefined;
  const head = Uint8Array.of(SOUND_FORMAT_EX_HEADER << 4 | packet);
  return { ...tag, data: concat([head, fourCcBytes(track.codec), track.data]) };
}

/** Takes all ModEx away from an enhanced tag; what they said is lost. */
export function withoutModEx(tag: FlvTag): FlvTag {
  const at = skipModEx(tag.data);
  if (at === 0 || at >= tag.data.length) return tag;
  const data = tag.data.slice(at);
  data[0] = tag.data[0]! & 0xf0 | data[0]! & 0x0f;
  return { ...tag, data };
}

function fourCcBytes(codec: string): Uint8Array {
  return Uint8Array.from(codec, (character) => character.charCodeAt(0));
}
