/**
 * A parser for AAC's AudioSpecificConfig.
 *
 * @module
 */

import { BitReader } from "../../bytes/bit_reader.ts";
import { assignKnown, type AudioConfig } from "./types.ts";

/** By `audioObjectType` (ISO/IEC 14496-3, table 1.17). */
const PROFILES: Readonly<Record<number, string>> = {
  1: "Main",
  2: "LC",
  3: "SSR",
  4: "LTP",
  17: "ER LC",
  19: "ER LTP",
  23: "LD",
  39: "ELD",
  42: "xHE-AAC",
};

const SBR = 5;
const PS = 29;
const ESCAPE = 31;
/** The object types whose configuration is a GASpecificConfig (table 1.15). */
const GENERAL_AUDIO = [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23];
const AAC_SCALABLE = [6, 20];
const ER_BSAC = 22;
/** Those with resilience flags: ER LC, ER LTP, ER Scalable, LD. */
const ERROR_RESILIENT = [17, 19, 20, 23];
/** The sync words of SBR and PS, which follow a configuration for older decoders. */
const SBR_SYNC = 0x2b7;
const PS_SYNC = 0x548;

const EXPLICIT_FREQUENCY = 15;
const SAMPLE_RATES = [
  96000,
  88200,
  64000,
  48000,
  44100,
  32000,
  24000,
  22050,
  16000,
  12000,
  11025,
  8000,
  7350,
];

/** By `channelConfiguration` (table 1.19); 0 means that they are listed one by one. */
const CHANNELS: Readonly<Record<number, number>> = {
  1: 1,
  2: 2,
  3: 3,
  4: 4,
  5: 5,
  6: 6,
  7: 8,
  11: 7,
  12: 8,
  13: 24,
  14: 8,
};

/**
 * Reads an AudioSpecificConfig (ISO/IEC 14496-3, section 1.6.2.1), with SBR and PS if it signals
 * them. A stream can have them without signalling.
 */
export function readAacConfig(configuration: Uint8Array): AudioConfig {
  const reader = new BitReader(configuration, "an AAC AudioSpecificConfig");
  let objectType = readObjectType(reader);
  let sampleRate = readSampleRate(reader);
  const channelConfiguration = reader.bits(4);
  let channels: number | undefined = CHANNELS[channelConfiguration];
  let sbr = objectType === SBR || objectType === PS;
  let ps = objectType === PS;
  if (sbr) {
    sampleRate = readSampleRate(reader);
    objectType = readObjectType(reader);
  } else if (GENERAL_AUDIO.includes(objectType)) {
    const listed = skipGeneralAudio(reader, objectType, channelConfiguration);
    channels ??= listed;
    if (reader.bitsLeft >= 16 && reader.bits(11) === SBR_SYNC && readObjectType(reader) === SBR) {
      sbr = reader.flag();
      if (sbr) sampleRate = readSampleRate(reader);
      if (sbr && reader.bitsLeft >= 12 && reader.bits(11) === PS_SYNC) ps = reader.flag();
    }
  }
  return assignKnown<AudioConfig>({ codec: "mp4a" }, {
    profile: ps ? "HE-AAC v2" : sbr ? "HE-AAC" : PROFILES[objectType],
    sampleRate,
    channels: ps ? 2 : channels,
  });
}

function readObjectType(reader: BitReader): number {
  const objectType = reader.bits(5);
  return objectType === ESCAPE ? 32 + reader.bits(6) : objectType;
}

function readSampleRate(reader: BitReader): number {
  const index = reader.bits(4);
  if (index === EXPLICIT_FREQUENCY) return reader.bits(24);
  const sampleRate = SAMPLE_RATES[index];
  if (!sampleRate) throw reader.error(`sampling frequency index ${index}`, "0 to 12, or 15");
  return sampleRate;
}

/** Skips a GASpecificConfig (section 4.4.1). Returns the number of channels if it lists them. */
function skipGeneralAudio(
  reader: BitReader,
  objectType: number,
  channelConfiguration: number,
): number | undefined {
  reader.skip(1); // frameLengthFlag
  if (reader.flag()) reader.skip(14); // dependsOnCoreCoder, coreCoderDelay
  const extension = reader.flag();
  const channels = channelConfiguration === 0 ? readProgramConfig(reader) : undefined;
  if (AAC_SCALABLE.includes(objectType)) reader.skip(3); // layerNr
  if (extension) {
    if (objectType === ER_BSAC) reader.skip(5 + 11); // numOfSubFrame, layer_length
    if (ERROR_RESILIENT.includes(objectType)) reader.skip(3);
    reader.skip(1); // extensionFlag3
  }
  return channels;
}

/** Reads the number of channels of a program_config_element (section 4.4.1.1). */
function readProgramConfig(reader: BitReader): number {
  reader.skip(4 + 2 + 4); // element_instance_tag, object_type, sampling_frequency_index
  const pairable = reader.bits(4) + reader.bits(4) + reader.bits(4); // front, side, back
  const lowFrequency = reader.bits(2);
  const associatedData = reader.bits(3);
  const coupling = reader.bits(4);
  if (reader.flag()) reader.skip(4); // mono_mixdown
  if (reader.flag()) reader.skip(4); // stereo_mixdown
  if (reader.flag()) reader.skip(3); // matrix_mixdown
  let channels = lowFrequency;
  for (let element = 0; element < pairable; element++) {
    channels += reader.flag() ? 2 : 1; // element_is_cpe
    reader.skip(4); // element_tag_select
  }
  reader.skip(4 * lowFrequency + 4 * associatedData + 5 * coupling);
  // byte_alignment, and a comment.
  reader.skip(reader.bitsLeft % 8);
  reader.skip(reader.bits(8) * 8);
  return channels;
}
