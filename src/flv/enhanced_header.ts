/**
 * The common parts of enhanced audio and video headers: ModEx and Multitrack (Enhanced RTMP v2,
 * "Enhanced Audio" and "Enhanced Video").
 *
 * @module
 */

import { readUint16, readUint24, readUint32 } from "../bytes/integers.ts";
import { FlvError } from "../errors.ts";
import { FourCc } from "./four_cc.ts";

/** `AudioPacketType`: the lower half of an enhanced audio header's first byte. */
export const AudioPacketType = {
  SequenceStart: 0,
  CodedFrames: 1,
  SequenceEnd: 2,
  MultichannelConfig: 4,
  Multitrack: 5,
  ModEx: 7,
} as const;

/** `VideoPacketType`: the lower half of an enhanced video header's first byte. */
export const VideoPacketType = {
  SequenceStart: 0,
  CodedFrames: 1,
  SequenceEnd: 2,
  CodedFramesX: 3,
  Metadata: 4,
  Mpeg2TsSequenceStart: 5,
  Multitrack: 6,
  ModEx: 7,
} as const;

/** `AvMultitrackType`. */
export const MultitrackType = { OneTrack: 0, ManyTracks: 1, ManyTracksManyCodecs: 2 } as const;

/** The most tracks of a message: a track id is one byte. */
const MAX_TRACKS = 256;

/** The layout of the tracks in a multitrack message. */
export type MultitrackForm = "one-track" | "many-tracks" | "many-tracks-many-codecs";

const MULTITRACK_FORMS: readonly MultitrackForm[] = [
  "one-track",
  "many-tracks",
  "many-tracks-many-codecs",
];

/** `ModEx` has the same number in audio and in video. */
const MOD_EX = 7;
const TIMESTAMP_OFFSET_NANO = 0;

/** Whether CodedFrames of a codec begin with a composition time. */
export function hasCompositionTime(fourCc: number): boolean {
  return fourCc === FourCc.Avc1 || fourCc === FourCc.Hvc1 || fourCc === FourCc.Vvc1;
}

/** The four characters of a FourCC. */
export function fourCcName(fourCc: number): string {
  return String.fromCharCode(
    fourCc >>> 24,
    fourCc >>> 16 & 0xff,
    fourCc >>> 8 & 0xff,
    fourCc & 0xff,
  );
}

/*
 * A ModEx follows a byte whose lower half is 7:
 *
 *   UI8          size of the data less one; 255: see next
 *   UI16         only then: size of the data less one
 *   UI8[size]    data
 *   UB[4] UB[4]  ModEx type, and the packet type, which may be ModEx again
 */

function startOfModExData(data: Uint8Array, at: number): number {
  return data[at + 1] === 0xff ? at + 4 : at + 2;
}

function endOfModExData(data: Uint8Array, at: number): number {
  const sizeLessOne = data[at + 1] === 0xff ? readUint16(data, at + 2) : data[at + 1] ?? 0;
  return startOfModExData(data, at) + sizeLessOne + 1;
}

function isModEx(data: Uint8Array, at: number): boolean {
  return at < data.length && (data[at]! & 0x0f) === MOD_EX;
}

/**
 * Returns the offset of the packet type after all ModEx. It is outside `data` if that is truncated.
 */
export function skipModEx(data: Uint8Array): number {
  let at = 0;
  while (isModEx(data, at)) at = endOfModExData(data, at);
  return at;
}

/**
 * Reads all ModEx. Returns the offset of the packet type after them, and the last nanosecond
 * offset.
 */
export function readModEx(data: Uint8Array): { at: number; nanosecondOffset: number } {
  let at = 0;
  let nanosecondOffset = 0;
  while (isModEx(data, at)) {
    const start = startOfModExData(data, at);
    const end = endOfModExData(data, at);
    requireBytes(data, end + 1, "a ModEx", at);
    if (data[end]! >> 4 === TIMESTAMP_OFFSET_NANO) {
      if (end - start < 3) {
        throw new FlvError("Cannot read a ModEx TimestampOffsetNano", {
          read: `${end - start} bytes`,
          expected: "at least 3",
          byteOffset: start,
        });
      }
      nanosecondOffset = readUint24(data, start);
    }
    at = end;
  }
  return { at, nanosecondOffset };
}

/** One track of a message, before its packet type is interpreted. */
export interface RawTrack {
  trackId: number;
  fourCc: number;
  /** The offset of the track's body in the tag. */
  start: number;
  end: number;
}

/** The packet type of a message and its tracks. */
export interface RawTracks {
  packetType: number;
  multitrack: MultitrackForm | undefined;
  tracks: RawTrack[];
}

/*
 * What follows the packet type at `at`:
 *
 *   without Multitrack       FOURCC, body
 *   OneTrack                 UB[4] UB[4] FOURCC, UI8 track id, body
 *   ManyTracks               UB[4] UB[4] FOURCC, then for each: UI8 track id, UI24 size, body
 *   ManyTracksManyCodecs     UB[4] UB[4], then for each: FOURCC, UI8 track id, UI24 size, body
 *
 * where UB[4] UB[4] are the multitrack type and the packet type of all tracks.
 */

/**
 * Reads the packet type at `at` and the tracks after it.
 *
 * @param multitrackType The packet type of Multitrack, which differs between audio and video.
 */
export function readTracks(data: Uint8Array, at: number, multitrackType: number): RawTracks {
  requireBytes(data, at + 1, "a packet type", at);
  const packetType = data[at]! & 0x0f;
  if (packetType === multitrackType) return readMultitrack(data, at + 1, multitrackType);
  const fourCc = readFourCc(data, at + 1);
  const tracks = [{ trackId: 0, fourCc, start: at + 5, end: data.length }];
  return { packetType, multitrack: undefined, tracks };
}

function readMultitrack(data: Uint8Array, at: number, multitrackType: number): RawTracks {
  requireBytes(data, at + 1, "a multitrack type", at);
  const packetType = data[at]! & 0x0f;
  const multitrack = MULTITRACK_FORMS[data[at]! >> 4];
  if (!multitrack || packetType === multitrackType) {
    throw new FlvError("Cannot read a multitrack header", {
      read: multitrack ? "multitrack inside multitrack" : `multitrack type ${data[at]! >> 4}`,
      expected: multitrack ? "another packet type" : "0, 1 or 2",
      byteOffset: at,
    });
  }
  at += 1;
  const manyCodecs = multitrack === "many-tracks-many-codecs";
  let fourCc = 0;
  if (!manyCodecs) {
    fourCc = readFourCc(data, at);
    at += 4;
  }
  const tracks: RawTrack[] = [];
  do {
    if (manyCodecs) {
      fourCc = readFourCc(data, at);
      at += 4;
    }
    requireBytes(data, at + 1, "a track id", at);
    const trackId = data[at]!;
    at += 1;
    let end = data.length;
    if (multitrack !== "one-track") {
      requireBytes(data, at + 3, "the size of a track", at);
      end = at + 3 + readUint24(data, at);
      at += 3;
      requireBytes(data, end, "a track", at);
    }
    if (tracks.length === MAX_TRACKS) {
      throw new FlvError("Cannot read a multitrack message", {
        read: `more than ${MAX_TRACKS} tracks`,
        expected: `at most ${MAX_TRACKS}`,
        byteOffset: at,
      });
    }
    tracks.push({ trackId, fourCc, start: at, end });
    at = end;
  } while (at < data.length);
  return { packetType, multitrack, tracks };
}

function readFourCc(data: Uint8Array, at: number): number {
  requireBytes(data, at + 4, "a FourCC", at);
  return readUint32(data, at);
}

/** Throws if `data` ends before `end`. */
export function requireBytes(data: Uint8Array, end: number, what: string, at: number): void {
  if (data.length >= end) return;
  throw new FlvError(`Cannot read ${what}`, {
    read: `${Math.max(0, data.length - at)} bytes`,
    expected: `${end - at}`,
    byteOffset: at,
  });
}
