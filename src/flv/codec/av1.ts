/**
 * A parser for AV1's codec configuration record and sequence header.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import { assignKnown, frameRateOf, type VideoConfig } from "./types.ts";

/** By `seq_profile` (AV1 specification, annex A.2). */
const PROFILES: readonly string[] = ["Main", "High", "Professional"];

/** The `seq_level_idx` for no limits. */
const MAXIMUM_PARAMETERS = 31;

const OBU_SEQUENCE_HEADER = 1;

/**
 * Reads an AV1CodecConfigurationRecord (AV1 Codec ISO Media File Format Binding, section 2.3.3):
 *
 *   UB[1] UB[7]   1, version 1
 *   UB[3] UB[5]   profile, level
 *   2 bytes       tier, bit depth, chroma format, presentation delay
 *   OBUs          the first of which is the sequence header, if there is any
 */
export function readAv1Config(configuration: Uint8Array): VideoConfig {
  const reader = new BitReader(configuration, "an AV1 codec configuration");
  const version = reader.bits(8);
  if (version !== 0x81) throw reader.error(`marker and version ${version}`, "129");
  const profile = reader.bits(3);
  const level = reader.bits(5);
  reader.skip(16);
  const config: VideoConfig = { codec: "av01" };
  assignKnown(config, {
    profile: PROFILES[profile],
    level: level === MAXIMUM_PARAMETERS ? undefined : `${2 + (level >> 2)}.${level & 3}`,
  });
  if (reader.bitsLeft === 0) return config;
  // obu_header (AV1 specification, section 5.3.2), then the size, then the sequence header.
  reader.skip(1);
  const type = reader.bits(4);
  const [hasExtension, hasSize] = [reader.flag(), reader.flag()];
  reader.skip(hasExtension ? 9 : 1);
  if (hasSize) skipLeb128(reader);
  return type === OBU_SEQUENCE_HEADER ? assignKnown(config, readSequenceHeader(reader)) : config;
}

/**
 * Skips a leb128 (AV1 specification, section 4.10.5): all bytes but the last have the highest bit
 * set.
 */
function skipLeb128(reader: BitReader): void {
  while (reader.bits(8) & 0x80);
}

/** Reads a sequence header up to the frame size (AV1 specification, section 5.5.1). */
function readSequenceHeader(reader: BitReader): Partial<VideoConfig> {
  reader.skip(3 + 1); // seq_profile, still_picture
  let frameRate: number | undefined;
  if (reader.flag()) { // reduced_still_picture_header
    reader.skip(5); // seq_level_idx
  } else {
    frameRate = readOperatingPoints(reader);
  }
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  const size = { width: reader.bits(widthBits) + 1, height: reader.bits(heightBits) + 1 };
  return frameRate === undefined ? size : { ...size, frameRate };
}

/** Skips the operating points. Returns the frame rate of the timing info, if it has one. */
function readOperatingPoints(reader: BitReader): number | undefined {
  let frameRate: number | undefined;
  let decoderModelBits = 0;
  if (reader.flag()) { // timing_info_present_flag
    frameRate = readTimingInfo(reader);
    if (reader.flag()) { // decoder_model_info_present_flag
      // Two delays of that many bits, and low_delay_mode_flag, for each operating point.
      decoderModelBits = 2 * (reader.bits(5) + 1) + 1;
      reader.skip(32 + 5 + 5);
    }
  }
  const initialDisplayDelay = reader.flag();
  for (let points = reader.bits(5) + 1; points > 0; points--) {
    reader.skip(12); // operating_point_idc
    if (reader.bits(5) > 7) reader.skip(1); // seq_level_idx, seq_tier
    if (decoderModelBits && reader.flag()) reader.skip(decoderModelBits);
    if (initialDisplayDelay && reader.flag()) reader.skip(4);
  }
  return frameRate;
}

/** Reads timing_info (section 5.5.3). */
function readTimingInfo(reader: BitReader): number | undefined {
  const unitsInTick = reader.bits(32);
  const timeScale = reader.bits(32);
  if (!reader.flag()) return undefined; // equal_picture_interval
  return frameRateOf(timeScale, unitsInTick * (reader.ue() + 1));
}
