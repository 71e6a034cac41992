/**
 * A parser for H.266's decoder configuration record.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import { assignKnown, frameRateOf, type VideoConfig } from "./types.ts";

/** By `general_profile_idc` (ITU-T H.266, annex A). */
const PROFILES: Readonly<Record<number, string>> = {
  1: "Main 10",
  2: "Main 12",
  17: "Multilayer Main 10",
  33: "Main 10 4:4:4",
  34: "Main 12 4:4:4",
  36: "Main 16 4:4:4",
  49: "Multilayer Main 10 4:4:4",
  65: "Main 10 Still Picture",
  66: "Main 12 Still Picture",
  97: "Main 10 4:4:4 Still Picture",
  98: "Main 12 4:4:4 Still Picture",
  100: "Main 16 4:4:4 Still Picture",
};

/**
 * Reads a VVCDecoderConfigurationRecord (ISO/IEC 14496-15, section 11.2.4.2):
 *
 *   UB[5] UB[2] UB[1]         1s, length of a NAL unit's length less one, whether this follows:
 *   UB[9] UB[3] UB[2] UB[2]   output layer set, sub-layers, constant frame rate, chroma format
 *   UB[3] UB[5]               bit depth, 1s
 *   UB[2] UB[6]               0s, bytes of constraint information
 *   UB[7] UB[1] UI8           profile, tier, level: 16 times the major and 3 times the minor number
 *   bytes                     two flags and the constraint information
 *   UB[1]...                  for each sub-layer but the last: whether it has a level; 0s
 *   UI8                       for each that has one
 *   UI8, UI32...              how many sub-profiles, and these
 *   UI16 UI16 UI16            width, height, average frame rate in 256ths
 */
export function readVvcConfig(configuration: Uint8Array): VideoConfig {
  const reader = new BitReader(configuration, "a VVC decoder configuration");
  const config: VideoConfig = { codec: "vvc1" };
  reader.skip(7);
  if (!reader.flag()) return config;
  reader.skip(9);
  const subLayers = reader.bits(3);
  reader.skip(2 + 2 + 8 + 2);
  const constraintBytes = reader.bits(6);
  const profile = reader.bits(7);
  reader.skip(1);
  const level = reader.bits(8);
  reader.skip(constraintBytes * 8);
  if (subLayers > 1) {
    const levels = reader.bits(8).toString(2).replaceAll("0", "").length;
    reader.skip(levels * 8);
  }
  reader.skip(reader.bits(8) * 32);
  return assignKnown(config, {
    profile: PROFILES[profile],
    level: `${level >> 4}.${Math.floor((level & 15) / 3)}`,
    width: reader.bits(16),
    height: reader.bits(16),
    frameRate: frameRateOf(reader.bits(16), 256),
  });
}
