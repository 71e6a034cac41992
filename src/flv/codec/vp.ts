/**
 * A parser for the codec configuration record of VP8 and VP9.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import { assignKnown, type VideoConfig } from "./types.ts";

/**
 * Reads a VPCodecConfigurationRecord as in a `vpcC` box (VP Codec ISO Media File Format Binding):
 *
 *   UI8 UI24   version, 1; flags
 *   UI8        profile
 *   UI8        level, times 10
 */
export function readVpConfig(codec: "vp08" | "vp09", configuration: Uint8Array): VideoConfig {
  const reader = new BitReader(configuration, "a VP codec configuration");
  const version = reader.bits(8);
  if (version !== 1) throw reader.error(`version ${version}`, "1");
  reader.skip(24);
  const profile = reader.bits(8);
  const level = reader.bits(8);
  return assignKnown<VideoConfig>({ codec }, {
    profile: `Profile ${profile}`,
    level: level ? (level / 10).toFixed(1) : undefined,
  });
}
