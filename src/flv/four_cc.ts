/**
 * The FourCC codes of video codecs (Enhanced RTMP v2, "Enhanced Video"), as 32-bit numbers.
 *
 * @module
 */

/** Each has four characters, the first in the highest byte. */
export const FourCc = {
  Av01: 0x61763031,
  Avc1: 0x61766331,
  Hvc1: 0x68766331,
  Vp08: 0x76703038,
  Vp09: 0x76703039,
  Vvc1: 0x76766331,
} as const;
