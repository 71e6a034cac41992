/**
 * A detector of random access points in coded frames.
 *
 * It reads only up to the first slice of the picture. It neither throws nor allocates, since it
 * runs for every frame that is not marked as a keyframe.
 *
 * @module
 */

import { FourCc } from "../four_cc.ts";

/**
 * The most NAL units or OBUs that are skipped before the first slice: parameter sets, SEI and the
 * like.
 */
const MAX_UNITS_BEFORE_SLICE = 64;

/** H.264, table 7-1: slices are 1 to 5, of which 5 is an IDR picture. */
const AVC_SLICES = { first: 1, last: 5 };
const AVC_IDR = 5;

/**
 * H.265, table 7-1: slices are 0 to 31, of which 16 to 23 are random access points (IRAP: BLA, IDR,
 * CRA).
 */
const HEVC_SLICES = { first: 0, last: 31 };
const HEVC_IRAP = { first: 16, last: 23 };

/** H.266, table 5: slices are 0 to 11, of which 7 to 10 are random access points (IDR, CRA, GDR). */
const VVC_SLICES = { first: 0, last: 11 };
const VVC_RANDOM_ACCESS = { first: 7, last: 10 };

/** OBU types (AV1 specification, section 6.2.2). */
const OBU_FRAME_HEADER = 3;
const OBU_FRAME = 6;

/**
 * Whether a decoder with the sequence header can begin with the frame in `data` from `at` to `end`;
 * `false` for unknown codecs. `lengthBytes` is the size of the length before each NAL unit.
 */
export function isRandomAccessPoint(
  fourCc: number,
  data: Uint8Array,
  at: number,
  end: number,
  lengthBytes: number,
): boolean {
  switch (fourCc) {
    case FourCc.Avc1:
      return sliceType(data, at, end, lengthBytes, avcUnitType, AVC_SLICES) === AVC_IDR;
    case FourCc.Hvc1:
      return isWithin(sliceType(data, at, end, lengthBytes, hevcUnitType, HEVC_SLICES), HEVC_IRAP);
    case FourCc.Vvc1:
      return isWithin(
        sliceType(data, at, end, lengthBytes, vvcUnitType, VVC_SLICES),
        VVC_RANDOM_ACCESS,
      );
    case FourCc.Av01:
      return isAv1Keyframe(data, at, end);
    case FourCc.Vp08:
      return isVp8Keyframe(data, at, end);
    case FourCc.Vp09:
      return isVp9Keyframe(data, at, end);
    default:
      return false;
  }
}

interface Range {
  first: number;
  last: number;
}

function isWithin(type: number, { first, last }: Range): boolean {
  return type >= first && type <= last;
}

/** Returns the type of the first NAL unit that is a slice; -1 if there is none. */
function sliceType(
  data: Uint8Array,
  at: number,
  end: number,
  lengthBytes: number,
  unitType: (data: Uint8Array, at: number) => number,
  slices: Range,
): number {
  for (let units = 0; units < MAX_UNITS_BEFORE_SLICE; units++) {
    if (at + lengthBytes >= end) return -1;
    let length = 0;
    for (const unit = at + lengthBytes; at < unit; at++) length = length * 256 + data[at]!;
    // Decoders skip empty units, too.
    if (length > 0) {
      if (at + length > end) return -1;
      const type = unitType(data, at);
      if (isWithin(type, slices)) return type;
      at += length;
    }
  }
  return -1;
}

/** UB[1] UB[2] UB[5]: 0, importance, type (H.264, section 7.3.1). */
function avcUnitType(data: Uint8Array, at: number): number {
  return data[at]! & 0x1f;
}

/** UB[1] UB[6] UB[6] UB[3]: 0, type, layer, temporal id (H.265, section 7.3.1.2). */
function hevcUnitType(data: Uint8Array, at: number): number {
  return data[at]! >> 1 & 0x3f;
}

/** UB[2] UB[6], UB[5] UB[3]: 0s, layer, type, temporal id (H.266, section 7.3.1.2). */
function vvcUnitType(data: Uint8Array, at: number): number {
  return (data[at + 1] ?? 0) >> 3;
}

/*
 * UB[1] UB[4] UB[1] UB[1] UB[1]   0, type, has extension, has size, 0 (AV1, section 5.3.2)
 * UI8                             extension
 * leb128                          size; without one the unit extends to the end
 *
 * A frame begins with UB[1] UB[2] UB[1]: show_existing_frame, frame_type, of which 0 is a key
 * frame, and show_frame (section 5.9.2). A key frame that is not shown is displayed later.
 */
function isAv1Keyframe(data: Uint8Array, at: number, end: number): boolean {
  const SHOWN_KEY_FRAME = 0b0001;
  for (let units = 0; units < MAX_UNITS_BEFORE_SLICE && at < end; units++) {
    const header = data[at]!;
    const type = header >> 3 & 15;
    at += header & 4 ? 2 : 1;
    let size = end - at;
    if (header & 2) {
      size = 0;
      for (let shift = 0; at < end; shift += 7) {
        const byte = data[at++]!;
        size += (byte & 0x7f) * 2 ** shift;
        if (!(byte & 0x80)) break;
      }
    }
    if (type === OBU_FRAME || type === OBU_FRAME_HEADER) {
      return at < end && data[at]! >> 4 === SHOWN_KEY_FRAME;
    }
    at += size;
  }
  return false;
}

/** The lowest bit of the frame tag is 0 in a key frame (RFC 6386, section 9.1). */
function isVp8Keyframe(data: Uint8Array, at: number, end: number): boolean {
  return at < end && (data[at]! & 1) === 0;
}

/*
 * UB[2] UB[1] UB[1]   frame marker 2, low and high bit of the profile
 * UB[1]               profile 3 only: 0
 * UB[1] UB[1]         show_existing_frame; frame_type, of which 0 is a key frame
 *
 * (VP9 bitstream specification, section 6.2.)
 */
function isVp9Keyframe(data: Uint8Array, at: number, end: number): boolean {
  const FRAME_MARKER = 2;
  const PROFILE_3 = 3;
  if (at >= end || data[at]! >> 6 !== FRAME_MARKER) return false;
  const bits = (data[at]! >> 4 & 3) === PROFILE_3 ? data[at]! << 1 : data[at]!;
  return (bits >> 2 & 3) === 0;
}
