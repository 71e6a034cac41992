/**
 * A detector of random access points in video tags.
 *
 * @module
 */

import { readUint32 } from "../bytes/integers.ts";
import { FlvError } from "../errors.ts";
import { isRandomAccessPoint } from "./codec/random_access.ts";
import { hasCompositionTime, readTracks, skipModEx, VideoPacketType } from "./enhanced_header.ts";
import { FourCc } from "./four_cc.ts";
import { CODEC_ID_AV1, CODEC_ID_AVC, CODEC_ID_HEVC } from "./legacy_header.ts";

const FRAME_TYPE_KEYFRAME = 1;
const FRAME_TYPE_GENERATED_KEYFRAME = 4;

/** Bytes before the frame in a legacy tag with a packet type and a composition time. */
const LEGACY_HEADER_BYTES = 5;

const LEGACY_FOUR_CCS: Readonly<Record<number, number>> = {
  [CODEC_ID_AVC]: FourCc.Avc1,
  [CODEC_ID_HEVC]: FourCc.Hvc1,
  [CODEC_ID_AV1]: FourCc.Av01,
};

/** The size of the length before each NAL unit, as nearly all encoders write it. */
export const DEFAULT_NAL_LENGTH_SIZE = 4;

/**
 * Whether a decoder can begin with a coded video frame, by its frame type or by its bitstream. In a
 * multitrack message, this is decided by the first track.
 *
 * @param nalLengthSize The size of the length before each NAL unit, from the sequence header.
 */
export function isRandomAccess(
  data: Uint8Array,
  nalLengthSize: number = DEFAULT_NAL_LENGTH_SIZE,
): boolean {
  const frameType = data[0]! >> 4 & 7;
  if (frameType === FRAME_TYPE_KEYFRAME || frameType === FRAME_TYPE_GENERATED_KEYFRAME) return true;
  return data[0]! >= 0x80
    ? isEnhancedRandomAccess(data, nalLengthSize)
    : isLegacyRandomAccess(data, nalLengthSize);
}

function isLegacyRandomAccess(data: Uint8Array, nalLengthSize: number): boolean {
  const fourCc = LEGACY_FOUR_CCS[data[0]! & 0x0f];
  return fourCc !== undefined &&
    isRandomAccessPoint(fourCc, data, LEGACY_HEADER_BYTES, data.length, nalLengthSize);
}

function isEnhancedRandomAccess(data: Uint8Array, nalLengthSize: number): boolean {
  const at = skipModEx(data);
  const packet = data[at]! & 0x0f;
  if (packet === VideoPacketType.Multitrack) {
    return isMultitrackRandomAccess(data, at, nalLengthSize);
  }
  return isTrackRandomAccess(
    packet,
    readUint32(data, at + 1),
    data,
    at + 5,
    data.length,
    nalLengthSize,
  );
}

function isMultitrackRandomAccess(data: Uint8Array, at: number, nalLengthSize: number): boolean {
  try {
    const { packetType, tracks } = readTracks(data, at, VideoPacketType.Multitrack);
    const { fourCc, start, end } = tracks[0]!;
    return isTrackRandomAccess(packetType, fourCc, data, start, end, nalLengthSize);
  } catch (error) {
    if (error instanceof FlvError) return false;
    throw error;
  }
}

function isTrackRandomAccess(
  packet: number,
  fourCc: number,
  data: Uint8Array,
  at: number,
  end: number,
  nalLengthSize: number,
): boolean {
  const hasTime = packet === VideoPacketType.CodedFrames && hasCompositionTime(fourCc);
  return isRandomAccessPoint(fourCc, data, hasTime ? at + 3 : at, end, nalLengthSize);
}
