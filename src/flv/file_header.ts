/**
 * The header of an FLV file (FLV 10.1, section E.2).
 *
 *   UI8[3]  "FLV"
 *   UI8     version, 1
 *   UB[5]   reserved, 0
 *   UB[1]   there are audio tags
 *   UB[1]   reserved, 0
 *   UB[1]   there are video tags
 *   UI32    length of this header, 9
 *
 * @module
 */

/** Bytes of the header, unless its length field has more. */
export const FILE_HEADER_LENGTH = 9;

/** The offset of the flags. */
export const FLAGS_AT = 4;

/** The flag for audio. */
export const AUDIO_FLAG = 4;

/** The flag for video. */
export const VIDEO_FLAG = 1;
