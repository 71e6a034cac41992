/**
 * The packet type of a tag, from its first bytes. No function here throws or allocates.
 *
 * @module
 */

import { readUint32 } from "../bytes/integers.ts";
import {
  AudioPacketType,
  hasCompositionTime,
  MultitrackType,
  skipModEx,
  VideoPacketType,
} from "./enhanced_header.ts";
import { hasLegacyPacketType, SOUND_FORMAT_AAC, SOUND_FORMAT_EX_HEADER } from "./legacy_header.ts";

/** The result for a tag without a packet type, or with an unreadable one. */
const NO_PACKET = -1;

/** CodedFrames, in audio and video, legacy and enhanced. */
const CODED_FRAMES = 1;

const FRAME_TYPE_COMMAND = 5;

/** The packet type of an audio tag, as a number of Enhanced RTMP for legacy tags too. */
export function audioPacketType(data: Uint8Array): number {
  if (data.length === 0) return NO_PACKET;
  const format = data[0]! >> 4;
  if (format === SOUND_FORMAT_EX_HEADER) {
    return enhancedPacketType(data, skipModEx(data), AudioPacketType.Multitrack);
  }
  return format === SOUND_FORMAT_AAC
    ? legacyPacketType(data, 2, AudioPacketType.CodedFrames)
    : codedFramesIfAny(data, 1);
}

/** The packet type of a video tag, in the same way; a command has none. */
export function videoPacketType(data: Uint8Array): number {
  if (data.length === 0) return NO_PACKET;
  const head = data[0]!;
  const command = (head >> 4 & 7) === FRAME_TYPE_COMMAND;
  if (head >= 0x80) {
    const at = skipModEx(data);
    if (command && (data[at]! & 0x0f) !== VideoPacketType.Metadata) return NO_PACKET;
    return enhancedPacketType(data, at, VideoPacketType.Multitrack);
  }
  if (command) return NO_PACKET;
  return hasLegacyPacketType(head & 0x0f)
    ? legacyPacketType(data, 5, VideoPacketType.SequenceEnd)
    : codedFramesIfAny(data, 1);
}

function legacyPacketType(data: Uint8Array, headerLength: number, highest: number): number {
  if (data.length < headerLength || data[1]! > highest) return NO_PACKET;
  return data[1] === CODED_FRAMES ? codedFramesIfAny(data, headerLength) : data[1]!;
}

/** The packet type at `at`; in a multitrack message, that of its tracks. */
function enhancedPacketType(data: Uint8Array, at: number, multitrackType: number): number {
  if (at >= data.length) return NO_PACKET;
  let packet = data[at]! & 0x0f;
  let fourCcAt = at + 1;
  let bodyAt = at + 5;
  if (packet === multitrackType) {
    if (fourCcAt >= data.length) return NO_PACKET;
    const form = data[fourCcAt]! >> 4;
    packet = data[fourCcAt]! & 0x0f;
    if (form > MultitrackType.ManyTracksManyCodecs || packet === multitrackType) return NO_PACKET;
    fourCcAt = at + 2;
    bodyAt = form === MultitrackType.OneTrack ? at + 7 : at + 10;
  }
  if (data.length < bodyAt) return NO_PACKET;
  if (packet !== CODED_FRAMES) return packet;
  return codedFramesIfAny(
    data,
    hasCompositionTime(readUint32(data, fourCcAt)) ? bodyAt + 3 : bodyAt,
  );
}

/** CodedFrames if the frame has at least one byte. */
function codedFramesIfAny(data: Uint8Array, bodyAt: number): number {
  return data.length > bodyAt ? CODED_FRAMES : NO_PACKET;
}
