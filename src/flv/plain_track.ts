/**
 * Enhanced tags made plain, for receivers that know less than their sender.
 *
 * @module
 */

import { writeUint24 } from "../bytes/integers.ts";
import { parseAudioTag } from "./audio_tag.ts";
import { hasCompositionTime, skipModEx, VideoPacketType } from "./enhanced_header.ts";
import type { FlvTag } from "./flv_tag.ts";
import { parseVideoTag } from "./video_tag.ts";

/** The packet types by the names that parsing gives them; they are not in the order of both. */
const VIDEO_PACKETS: Readonly<Record<string, number>> = {
  "sequence-start": 0,
  "coded-frames": 1,
  "sequence-end": 2,
  "coded-frames-x": 3,
  "metadata": 4,
  "mpeg2ts-sequence-start": 5,
};
const AUDIO_PACKETS: Readonly<Record<string, number>> = {
  "sequence-start": 0,
  "coded-frames": 1,
  "sequence-end": 2,
  "multichannel-config": 4,
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
  const withTime = packet === VideoPacketType.CodedFrames && hasCompositionTime(word(fourCc));
  const data = new Uint8Array(5 + (withTime ? 3 : 0) + track.data.length);
  data[0] = 0x80 | tag.data[0]! & 0x70 | packet;
  data.set(fourCc, 1);
  if (withTime) writeUint24(data, 5, track.compositionTime);
  data.set(track.data, withTime ? 8 : 5);
  return { ...tag, data };
}

function plainAudio(tag: FlvTag, trackId: number): FlvTag | undefined {
  const { tracks, packetType } = parseAudioTag(tag.data);
  const track = tracks.find((track) => track.trackId === trackId);
  const packet = AUDIO_PACKETS[packetType];
  if (!track || packet === undefined) return undefined;
  const data = new Uint8Array(5 + track.data.length);
  data[0] = 0x90 | packet;
  data.set(fourCcBytes(track.codec), 1);
  data.set(track.data, 5);
  return { ...tag, data };
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

function word(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getUint32(0);
}
