/**
 * Where in a video tag the frame is that may be one to begin with.
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

/** Bytes before the frame in a legacy tag whose codec has a packet type and a composition time. */
const LEGACY_HEADER_BYTES = 5;

const LEGACY_FOUR_CCS: Readonly<Record<number, number>> = {
  [CODEC_ID_AVC]: FourCc.Avc1,
  [CODEC_ID_HEVC]: FourCc.Hvc1,
  [CODEC_ID_AV1]: FourCc.Av01,
};

/** Bytes of the length before each NAL unit, as nearly all encoders write it into FLV. */
export const USUAL_NAL_LENGTH = 4;

/**
 * Whether a decoder can begin with a video tag that carries a coded frame, by its mark or by its
 * bitstream. Of a message with many tracks the first is looked at.
 *
 * @param nalLength Bytes of the length before each NAL unit, as the sequence header says.
 */
export function isRandomAccess(data: Uint8Array, nalLength: number = USUAL_NAL_LENGTH): boolean {
  const frameType = data[0]! >> 4 & 7;
  if (frameType === FRAME_TYPE_KEYFRAME || frameType === FRAME_TYPE_GENERATED_KEYFRAME) return true;
  return data[0]! >= 0x80 ? beginsEnhanced(data, nalLength) : beginsLegacy(data, nalLength);
}

function beginsLegacy(data: Uint8Array, nalLength: number): boolean {
  const fourCc = LEGACY_FOUR_CCS[data[0]! & 0x0f];
  return fourCc !== undefined &&
    isRandomAccessPoint(fourCc, data, LEGACY_HEADER_BYTES, data.length, nalLength);
}

function beginsEnhanced(data: Uint8Array, nalLength: number): boolean {
  const at = skipModEx(data);
  const packet = data[at]! & 0x0f;
  if (packet === VideoPacketType.Multitrack) {
    return beginsMultitrack(data, at, nalLength);
  }
  return begins(packet, readUint32(data, at + 1), data, at + 5, data.length, nalLength);
}

function beginsMultitrack(data: Uint8Array, at: number, nalLength: number): boolean {
  try {
    const { packetType, tracks } = readTracks(data, at, VideoPacketType.Multitrack);
    const { fourCc, start, end } = tracks[0]!;
    return begins(packetType, fourCc, data, start, end, nalLength);
  } catch (error) {
    if (error instanceof FlvError) return false;
    throw error;
  }
}

function begins(
  packet: number,
  fourCc: number,
  data: Uint8Array,
  at: number,
  end: number,
  nalLength: number,
): boolean {
  const withTime = packet === VideoPacketType.CodedFrames && hasCompositionTime(fourCc);
  return isRandomAccessPoint(fourCc, data, withTime ? at + 3 : at, end, nalLength);
}
