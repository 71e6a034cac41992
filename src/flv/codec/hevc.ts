/**
 * A parser for H.265's decoder configuration record.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import { readSequenceParameterSet } from "./hevc_sps.ts";
import { assignKnown, type VideoConfig } from "./types.ts";

/** By `general_profile_idc` (ITU-T H.265, annexes A, G, H). */
const PROFILES: Readonly<Record<number, string>> = {
  1: "Main",
  2: "Main 10",
  3: "Main Still Picture",
  4: "Range Extensions",
  5: "High Throughput",
  6: "Multiview Main",
  7: "Scalable Main",
  8: "3D Main",
  9: "Screen Content Coding",
  10: "Scalable Range Extensions",
  11: "High Throughput Screen Content Coding",
};

const NAL_SPS = 33;

/**
 * Reads an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, section 8.3.3.1.2):
 *
 *   UI8               version, 1
 *   UB[2] UB[1] UB[5] profile space, tier, profile
 *   10 bytes          compatibility and constraint flags
 *   UI8               level, times 30
 *   9 bytes           parallelism, chroma format, bit depths, frame rate and so on
 *   UI8               how many arrays of NAL units
 *   each              UB[2] UB[6] type of its NAL units, UI16 how many
 *     each            UI16 length, NAL unit
 */
export function readHevcConfig(configuration: Uint8Array): VideoConfig {
  const reader = new BitReader(configuration, "an HEVC decoder configuration");
  if (reader.bits(8) !== 1) throw reader.error(`version ${configuration[0]}`, "1");
  reader.skip(3);
  const profile = reader.bits(5);
  reader.skip(80);
  const level = reader.bits(8);
  const config: VideoConfig = { codec: "hvc1" };
  assignKnown(config, { profile: PROFILES[profile], level: (level / 30).toFixed(1) });
  reader.skip(72);
  for (let arrays = reader.bits(8); arrays > 0; arrays--) {
    const type = reader.bits(8) & 0x3f;
    for (let count = reader.bits(16); count > 0; count--) {
      const length = reader.bits(16);
      const start = configuration.length - reader.bitsLeft / 8;
      reader.skip(length * 8);
      if (type !== NAL_SPS) continue;
      return Object.assign(
        config,
        readSequenceParameterSet(configuration.subarray(start, start + length)),
      );
    }
  }
  return config;
}
