/**
 * A parser for the sequence parameter set of H.265 (ITU-T H.265, section 7.3.2.2). It reads the
 * picture size and the frame rate, and skips all fields between.
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
import { frameRateOf, type VideoConfig } from "./types.ts";

/** The most short-term reference picture sets, and pictures in one of them (section 7.4.3.2.1). */
const MAX_SHORT_TERM_SETS = 64;
const MAX_PICTURES = 16;

/** Reads size and frame rate from the NAL unit of a sequence parameter set. */
export function readSequenceParameterSet(nalUnit: Uint8Array): Partial<VideoConfig> {
  const reader = new BitReader(
    removeEmulationPrevention(nalUnit),
    "an HEVC sequence parameter set",
  );
  reader.skip(16 + 4); // NAL unit header, sps_video_parameter_set_id
  const maxSubLayers = reader.bits(3) + 1;
  reader.skip(1); // sps_temporal_id_nesting_flag
  skipProfileTierLevel(reader, maxSubLayers);
  reader.ue(); // sps_seq_parameter_set_id
  const chromaFormat = reader.ue();
  if (chromaFormat > 3) throw reader.error(`chroma format ${chromaFormat}`, "0 to 3");
  const separatePlanes = chromaFormat === 3 && reader.flag();
  const [across, down] = CHROMA_SUBSAMPLING[separatePlanes ? 0 : chromaFormat]!;
  const width = reader.ue();
  const height = reader.ue();
  const cropping = reader.flag();
  const size = croppedSize(reader, {
    width,
    height,
    cropWidth: cropping ? (reader.ue() + reader.ue()) * across : 0,
    cropHeight: cropping ? (reader.ue() + reader.ue()) * down : 0,
  });
  skipToVui(reader, maxSubLayers);
  const frameRate = reader.flag() ? readFrameRate(reader) : undefined;
  return frameRate === undefined ? size : { ...size, frameRate };
}

/** Skips profile_tier_level (section 7.3.3). */
function skipProfileTierLevel(reader: BitReader, maxSubLayers: number): void {
  const PROFILE_BITS = 88;
  const LEVEL_BITS = 8;
  reader.skip(PROFILE_BITS + LEVEL_BITS);
  if (maxSubLayers === 1) return;
  let bits = 0;
  // The flags of eight sub-layers are always present.
  for (let subLayer = 1; subLayer <= 8; subLayer++) {
    const [profilePresent, levelPresent] = [reader.flag(), reader.flag()];
    if (subLayer >= maxSubLayers) continue;
    bits += (profilePresent ? PROFILE_BITS : 0) + (levelPresent ? LEVEL_BITS : 0);
  }
  reader.skip(bits);
}

function skipToVui(reader: BitReader, maxSubLayers: number): void {
  reader.ue(); // bit_depth_luma_minus8
  reader.ue(); // bit_depth_chroma_minus8
  const log2MaxPictureOrderCount = reader.ue() + 4;
  const subLayers = reader.flag() ? maxSubLayers : 1; // sps_sub_layer_ordering_info_present_flag
  // Three numbers for each sub-layer: buffering, reordering, latency. Then six: the sizes of coding
  // and transform blocks, and the depths of the transform hierarchy.
  for (let codes = 3 * subLayers + 6; codes > 0; codes--) reader.ue();
  if (reader.flag() && reader.flag()) skipScalingLists(reader);
  reader.skip(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
  if (reader.flag()) { // pcm_enabled_flag
    reader.skip(8); // bit depths
    reader.ue(); // log2_min_pcm_luma_coding_block_size_minus3
    reader.ue(); // log2_diff_max_min_pcm_luma_coding_block_size
    reader.skip(1); // pcm_loop_filter_disabled_flag
  }
  skipShortTermSets(reader);
  if (reader.flag()) { // long_term_ref_pics_present_flag
    for (let pictures = reader.ue(); pictures > 0; pictures--) {
      reader.skip(log2MaxPictureOrderCount + 1);
    }
  }
  reader.skip(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
}

/** Skips the scaling lists (section 7.3.4). */
function skipScalingLists(reader: BitReader): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!reader.flag()) { // scaling_list_pred_mode_flag
        reader.ue(); // scaling_list_pred_matrix_id_delta
        continue;
      }
      if (size > 1) reader.se(); // scaling_list_dc_coef_minus8
      for (let left = Math.min(64, 16 << 2 * size); left > 0; left--) reader.se();
    }
  }
}

/**
 * Skips the short-term reference picture sets (sections 7.3.7 and 7.4.8). A set can be predicted
 * from the previous one.
 */
function skipShortTermSets(reader: BitReader): void {
  const sets = reader.ue();
  if (sets > MAX_SHORT_TERM_SETS) throw reader.error(`${sets} reference picture sets`, "up to 64");
  let distances: number[] = [];
  for (let set = 0; set < sets; set++) {
    // inter_ref_pic_set_prediction_flag
    const isPredicted = set > 0 && reader.flag();
    distances = isPredicted ? readPredictedSet(reader, distances) : readExplicitSet(reader);
    if (distances.length > MAX_PICTURES) {
      throw reader.error(`${distances.length} reference pictures`, "up to 16");
    }
  }
}

/**
 * Reads the distances of pictures before this one, then of those after it, the nearest first
 * (formulas 7-65 to 7-68).
 */
function readExplicitSet(reader: BitReader): number[] {
  const counts = [reader.ue(), reader.ue()]; // num_negative_pics, num_positive_pics
  const distances: number[] = [];
  for (const [i, direction] of [-1, 1].entries()) {
    let distance = 0;
    for (let picture = 0; picture < counts[i]!; picture++) {
      distance += direction * (reader.ue() + 1); // delta_poc_s0_minus1, delta_poc_s1_minus1
      reader.skip(1); // used_by_curr_pic_s0_flag, used_by_curr_pic_s1_flag
      distances.push(distance);
    }
  }
  return distances;
}

/**
 * Reads a set that is predicted from the previous one: its pictures, and the picture itself,
 * shifted by a distance. A picture is never its own reference (formulas 7-61 and 7-62).
 */
function readPredictedSet(reader: BitReader, before: number[]): number[] {
  const sign = reader.flag() ? -1 : 1; // delta_rps_sign
  const shift = sign * (reader.ue() + 1); // abs_delta_rps_minus1
  const kept = [...before, 0]
    // used_by_curr_pic_flag, else use_delta_flag
    .filter(() => reader.flag() || reader.flag())
    .map((distance) => distance + shift);
  return [
    ...kept.filter((distance) => distance < 0).sort((a, b) => b - a),
    ...kept.filter((distance) => distance > 0).sort((a, b) => a - b),
  ];
}

/** Reads the frame rate from the VUI (section E.2.1). */
function readFrameRate(reader: BitReader): number | undefined {
  skipVuiColour(reader);
  reader.skip(3); // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
  if (reader.flag()) { // default_display_window_flag
    for (let offsets = 4; offsets > 0; offsets--) reader.ue();
  }
  if (!reader.flag()) return undefined; // vui_timing_info_present_flag
  const unitsInTick = reader.bits(32);
  return frameRateOf(reader.bits(32), unitsInTick);
}
