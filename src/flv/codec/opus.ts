/**
 * A parser for the Opus identification header.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import type { AudioConfig } from "./types.ts";

/** The output rate of every Opus decoder, independent of the source (RFC 7845, section 5.1). */
const SAMPLE_RATE = 48000;

/**
 * Reads an OpusHead (RFC 7845, section 5.1); all its numbers are little-endian:
 *
 *   8 bytes   "OpusHead"
 *   UI8       version, of which the upper half is 0
 *   UI8       channels
 *   UI16      samples to leave out at the start
 *   UI32      sample rate of the original
 *
 * It may be empty; then a multichannel configuration has the number of channels.
 */
export function readOpusConfig(configuration: Uint8Array): AudioConfig {
  const config: AudioConfig = { codec: "Opus", sampleRate: SAMPLE_RATE };
  if (configuration.length === 0) return config;
  const reader = new BitReader(configuration, "an OpusHead");
  const magic = String.fromCharCode(...Array.from({ length: 8 }, () => reader.bits(8)));
  if (magic !== "OpusHead") throw reader.error(JSON.stringify(magic), "OpusHead");
  const version = reader.bits(8);
  if (version > 15) throw reader.error(`version ${version}`, "0 to 15");
  config.channels = reader.bits(8);
  return config;
}
