/**
 * A parser for the header of an MP3 frame.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import type { AudioConfig } from "./types.ts";

const SYNC = 0x7ff;
const MONO = 3;
const SAMPLE_RATES = [44100, 48000, 32000];
/** The divisors of MPEG 1's sample rates, by version: 2.5, reserved, 2, 1. */
const DIVISORS = [4, undefined, 2, 1];

/**
 * Reads the header of an MPEG audio frame (ISO/IEC 11172-3, section 2.4.1.3):
 *
 *   UB[11]               1s
 *   UB[2] UB[2] UB[1]    version, layer, protection
 *   UB[4] UB[2] UB[2]    bit rate, sample rate, padding and a private bit
 *   UB[2]                channel mode
 *
 * @returns The configuration; `undefined` if it is not such a frame.
 */
export function readMp3Frame(frame: Uint8Array): AudioConfig | undefined {
  if (frame.length < 4) return undefined;
  const reader = new BitReader(frame, "an MPEG audio frame");
  if (reader.bits(11) !== SYNC) return undefined;
  const divisor = DIVISORS[reader.bits(2)];
  reader.skip(2 + 1 + 4);
  const sampleRate = SAMPLE_RATES[reader.bits(2)];
  if (!divisor || !sampleRate) return undefined;
  reader.skip(2);
  const channels = reader.bits(2) === MONO ? 1 : 2;
  return { codec: ".mp3", sampleRate: sampleRate / divisor, channels };
}
