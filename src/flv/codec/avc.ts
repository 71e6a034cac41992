/**
 * A parser for H.264's decoder configuration record and sequence parameter set.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import {
  CHROMA_SUBSAMPLING,
  croppedSize,
  removeEmulationPrevention,
  skipVuiColour,
} from "./nal_unit.ts";
import { assignKnown, frameRateOf, type VideoConfig } from "./types.ts";

/** By `profile_idc` (ITU-T H.264, annex A). */
const PROFILES: Readonly<Record<number, string>> = {
  44: "CAVLC 4:4:4 Intra",
  66: "Baseline",
  77: "Main",
  83: "Scalable Baseline",
  86: "Scalable High",
  88: "Extended",
  100: "High",
  110: "High 10",
  118: "Multiview High",
  122: "High 4:2:2",
  128: "Stereo High",
  244: "High 4:4:4 Predictive",
};

const BASELINE = 66;

/** The profiles whose parameter sets have the chroma format (section 7.3.2.1.1). */
const WITH_CHROMA_FORMAT = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

const CONSTRAINT_SET1 = 0x40;
const CONSTRAINT_SET3 = 0x10;

/**
 * Reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, section 5.3.3.1):
 *
 *   UI8             version, 1
 *   UI8 UI8 UI8     profile, constraint flags, level
 *   UB[6] UB[2]     1s, length of a NAL unit's length less one
 *   UB[3] UB[5]     1s, how many sequence parameter sets
 *   each            UI16 length, NAL unit
 */
export function readAvcConfig(configuration: Uint8Array): VideoConfig {
  const reader = new BitReader(configuration, "an AVC decoder configuration");
  if (reader.bits(8) !== 1) throw reader.error(`version ${configuration[0]}`, "1");
  const [profile, constraints, level] = [reader.bits(8), reader.bits(8), reader.bits(8)];
  reader.skip(8 + 3);
  const config: VideoConfig = { codec: "avc1" };
  assignKnown(config, {
    profile: profile === BASELINE && constraints & CONSTRAINT_SET1
      ? "Constrained Baseline"
      : PROFILES[profile],
    level: levelName(profile, constraints, level),
  });
  if (reader.bits(5) === 0) return config;
  const length = reader.bits(16);
  if (length * 8 > reader.bitsLeft) throw reader.error(`${reader.bitsLeft / 8} bytes`, `${length}`);
  return Object.assign(config, readSequenceParameterSet(configuration.subarray(8, 8 + length)));
}

/** Names the level. Level 1b is coded as 9, or as 11 with a flag in older profiles (annex A.3). */
function levelName(profile: number, constraints: number, level: number): string {
  const flagged = level === 11 && profile <= 88 && profile >= BASELINE &&
    constraints & CONSTRAINT_SET3;
  return level === 9 || flagged ? "1b" : (level / 10).toFixed(1);
}

/** Reads size and frame rate from a sequence parameter set (section 7.3.2.1.1). */
function readSequenceParameterSet(nalUnit: Uint8Array): Partial<VideoConfig> {
  const reader = new BitReader(
    removeEmulationPrevention(nalUnit),
    "an AVC sequence parameter set",
  );
  reader.skip(8); // NAL unit header
  const profile = reader.bits(8);
  reader.skip(16); // constraint flags, level
  reader.ue(); // seq_parameter_set_id
  const chromaFormat = WITH_CHROMA_FORMAT.includes(profile) ? readChromaFormat(reader) : 1;
  reader.ue(); // log2_max_frame_num_minus4
  skipPictureOrderCount(reader);
  reader.ue(); // max_num_ref_frames
  reader.skip(1); // gaps_in_frame_num_value_allowed_flag
  const widthInMacroblocks = reader.ue() + 1;
  const heightInMapUnits = reader.ue() + 1;
  const frameMacroblocksOnly = reader.flag();
  if (!frameMacroblocksOnly) reader.skip(1); // mb_adaptive_frame_field_flag
  reader.skip(1); // direct_8x8_inference_flag
  const fields = frameMacroblocksOnly ? 1 : 2;
  const [across, down] = CHROMA_SUBSAMPLING[chromaFormat]!;
  const cropping = reader.flag();
  const size = croppedSize(reader, {
    width: widthInMacroblocks * 16,
    height: heightInMapUnits * 16 * fields,
    cropWidth: cropping ? (reader.ue() + reader.ue()) * across : 0,
    cropHeight: cropping ? (reader.ue() + reader.ue()) * down * fields : 0,
  });
  const frameRate = reader.flag() ? readFrameRate(reader) : undefined;
  return frameRate === undefined ? size : { ...size, frameRate };
}

/** Reads the chroma format for cropping: separate planes are cropped like monochrome. */
function readChromaFormat(reader: BitReader): number {
  const chromaFormat = reader.ue();
  if (chromaFormat > 3) throw reader.error(`chroma format ${chromaFormat}`, "0 to 3");
  const separatePlanes = chromaFormat === 3 && reader.flag();
  reader.ue(); // bit_depth_luma_minus8
  reader.ue(); // bit_depth_chroma_minus8
  reader.skip(1); // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) { // seq_scaling_matrix_present_flag
    for (let list = 0; list < (chromaFormat === 3 ? 12 : 8); list++) {
      if (reader.flag()) skipScalingList(reader, list < 6 ? 16 : 64);
    }
  }
  return separatePlanes ? 0 : chromaFormat;
}

/** Skips a scaling list (section 7.3.2.1.1.1). */
function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  for (let index = 0; index < size; index++) {
    const next = last + reader.se() & 0xff;
    if (next === 0) return;
    last = next;
  }
}

function skipPictureOrderCount(reader: BitReader): void {
  const type = reader.ue();
  if (type === 0) {
    reader.ue(); // log2_max_pic_order_cnt_lsb_minus4
  } else if (type === 1) {
    reader.skip(1); // delta_pic_order_always_zero_flag
    reader.se(); // offset_for_non_ref_pic
    reader.se(); // offset_for_top_to_bottom_field
    for (let frames = reader.ue(); frames > 0; frames--) reader.se(); // offset_for_ref_frame
  }
}

/** Reads the frame rate from the VUI (section E.1.1). A frame has two ticks, one for each field. */
function readFrameRate(reader: BitReader): number | undefined {
  skipVuiColour(reader);
  if (!reader.flag()) return undefined; // timing_info_present_flag
  const unitsInTick = reader.bits(32);
  return frameRateOf(reader.bits(32), 2 * unitsInTick);
}
