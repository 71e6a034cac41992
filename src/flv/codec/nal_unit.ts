/**
 * The common parts of AVC and HEVC: NAL units, and the size of a picture.
 *
 * @module
 */

import type { BitReader } from "../../bytes/bit_reader.ts";

/**
 * Removes the emulation prevention bytes from a NAL unit: the 3 in each 0 0 3 (ITU-T H.264, section
 * 7.4.1.1).
 */
export function removeEmulationPrevention(nalUnit: Uint8Array): Uint8Array {
  let zeros = 0;
  return nalUnit.filter((byte) => {
    const inserted = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    return !inserted;
  });
}

/** The luma samples of one chroma sample, horizontally and vertically, by `chroma_format_idc`. */
export const CHROMA_SUBSAMPLING: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 2],
  [2, 1],
  [1, 1],
];

/** The size of a picture and its cropping, in luma samples. */
export interface PictureSize {
  width: number;
  height: number;
  /** The sums of the left and right cropping, and of the top and bottom cropping. */
  cropWidth: number;
  cropHeight: number;
}

/** Returns the size after cropping. */
export function croppedSize(
  reader: BitReader,
  { width, height, cropWidth, cropHeight }: PictureSize,
): { width: number; height: number } {
  if (cropWidth >= width || cropHeight >= height) {
    throw reader.error(`${width}x${height} cropped by ${cropWidth}x${cropHeight}`, "a picture");
  }
  return { width: width - cropWidth, height: height - cropHeight };
}

/**
 * Skips the aspect ratio, overscan, signal type and chroma location at the start of the VUI of AVC
 * and HEVC (ITU-T H.264, section E.1.1; H.265, section E.2.1).
 */
export function skipVuiColour(reader: BitReader): void {
  const EXTENDED_SAR = 255;
  // aspect_ratio_info_present_flag, aspect_ratio_idc, sar_width, sar_height
  if (reader.flag() && reader.bits(8) === EXTENDED_SAR) reader.skip(32);
  // overscan_info_present_flag, overscan_appropriate_flag
  if (reader.flag()) reader.skip(1);
  // video_signal_type_present_flag, video_format, video_full_range_flag
  if (reader.flag()) {
    reader.skip(4);
    // colour_description_present_flag and three numbers
    if (reader.flag()) reader.skip(24);
  }
  // chroma_loc_info_present_flag, top, bottom
  if (reader.flag()) {
    reader.ue();
    reader.ue();
  }
}
