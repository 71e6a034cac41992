/**
 * A parser for FLAC's STREAMINFO block.
 *
 * @module
 */

import { startsWith } from "@std/bytes";
import { BitReader } from "../../bytes/bit_reader.ts";
import type { AudioConfig } from "./types.ts";

/** What a FLAC stream begins with. */
const SIGNATURE = new TextEncoder().encode("fLaC");

/**
 * Reads a FLAC sequence header (Enhanced RTMP v2, "Enhanced Audio"; RFC 9639, section 8.2):
 *
 *   4 bytes   "fLaC"; some senders leave this and the next field out
 *   4 bytes   header of the metadata block
 *   10 bytes  sizes of blocks and frames
 *   UB[20]    sample rate
 *   UB[3]     channels less one
 */
export function readFlacConfig(configuration: Uint8Array): AudioConfig {
  const reader = new BitReader(configuration, "a FLAC STREAMINFO");
  reader.skip((startsWith(configuration, SIGNATURE) ? 18 : 10) * 8);
  const sampleRate = reader.bits(20);
  if (sampleRate === 0) throw reader.error("sample rate 0", "1 to 1048575");
  return { codec: "fLaC", sampleRate, channels: reader.bits(3) + 1 };
}
