/**
 * The first byte of a tag, and what it says about the bytes after it (FLV 10.1, sections E.4.2.1 and
 * E.4.3.1).
 *
 * @module
 */

/** The `SoundFormat` that is AAC, the only legacy one with a packet type. */
export const SOUND_FORMAT_AAC = 10;

/** The `SoundFormat` that announces an enhanced header. */
export const SOUND_FORMAT_EX_HEADER = 9;

/** The `CodecID` that is AVC. */
export const CODEC_ID_AVC = 7;

/** Two that are in no specification, and used as that of AVC is: HEVC and AV1. */
export const CODEC_ID_HEVC = 12;
export const CODEC_ID_AV1 = 13;

/** Whether a legacy `CodecID` has a packet type and a composition time after it. */
export function hasLegacyPacketType(codecId: number): boolean {
  return codecId === CODEC_ID_AVC || codecId === CODEC_ID_HEVC || codecId === CODEC_ID_AV1;
}
