/**
 * The codec numbers of legacy headers, in the first byte of a tag (FLV 10.1, sections E.4.2.1 and
 * E.4.3.1).
 *
 * @module
 */

/** The `SoundFormat` of AAC, the only legacy one with a packet type. */
export const SOUND_FORMAT_AAC = 10;

/** The `SoundFormat` that announces an enhanced header. */
export const SOUND_FORMAT_EX_HEADER = 9;

/** The `CodecID` of AVC. */
export const CODEC_ID_AVC = 7;

/**
 * The `CodecID`s of HEVC and AV1. They are in no specification, but in use, with the same header as
 * AVC.
 */
export const CODEC_ID_HEVC = 12;
export const CODEC_ID_AV1 = 13;

/** Whether a legacy `CodecID` has a packet type and a composition time after it. */
export function hasLegacyPacketType(codecId: number): boolean {
  return codecId === CODEC_ID_AVC || codecId === CODEC_ID_HEVC || codecId === CODEC_ID_AV1;
}
