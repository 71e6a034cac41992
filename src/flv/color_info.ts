/**
 * The HDR metadata of a video stream (Enhanced RTMP v2, "Metadata Frame").
 *
 * @module
 */

/** The colour encoding; its numbers are indexes into the tables of ITU-T H.273. */
export interface ColorConfig {
  /** Bits of each colour channel: 8, 10 or 12. */
  bitDepth?: number;
  /** Colour primaries: 9 is BT.2020. */
  colorPrimaries?: number;
  /** Transfer characteristics: 16 is PQ, 18 is HLG. */
  transferCharacteristics?: number;
  /** Matrix coefficients. */
  matrixCoefficients?: number;
}

/** Content light levels of the whole sequence, in cd/m². */
export interface HdrCll {
  /** The maximum frame-average light level. */
  maxFall?: number;
  /** The maximum light level of any pixel. */
  maxCLL?: number;
}

/** The mastering display's colour volume: CIE 1931 coordinates, and luminance in cd/m². */
export interface HdrMdcv {
  /** x of the red primary. */
  redX?: number;
  /** y of the red primary. */
  redY?: number;
  /** x of the green primary. */
  greenX?: number;
  /** y of the green primary. */
  greenY?: number;
  /** x of the blue primary. */
  blueX?: number;
  /** y of the blue primary. */
  blueY?: number;
  /** x of the white point. */
  whitePointX?: number;
  /** y of the white point. */
  whitePointY?: number;
  /** The maximum luminance of the display. */
  maxLuminance?: number;
  /** The minimum luminance of the display. */
  minLuminance?: number;
}

/** The `colorInfo` object; an empty one resets earlier metadata. */
export interface ColorInfo {
  /** The colour encoding. */
  colorConfig?: ColorConfig;
  /** Content light levels. */
  hdrCll?: HdrCll;
  /** The mastering display's colour volume. */
  hdrMdcv?: HdrMdcv;
}

const COLOR_CONFIG = [
  "bitDepth",
  "colorPrimaries",
  "transferCharacteristics",
  "matrixCoefficients",
];
const HDR_CLL = ["maxFall", "maxCLL"];
const HDR_MDCV = [
  "redX",
  "redY",
  "greenX",
  "greenY",
  "blueX",
  "blueY",
  "whitePointX",
  "whitePointY",
  "maxLuminance",
  "minLuminance",
];

/**
 * Finds `colorInfo` among the name and value pairs of a metadata packet. Members of the wrong type
 * are left out.
 */
export function findColorInfo(pairs: readonly unknown[]): ColorInfo | undefined {
  const name = pairs.findIndex((value, index) => index % 2 === 0 && value === "colorInfo");
  if (name < 0) return undefined;
  const value = pairs[name + 1];
  const info: ColorInfo = {};
  if (!isObject(value)) return info;
  if (isObject(value.colorConfig)) info.colorConfig = numbers(value.colorConfig, COLOR_CONFIG);
  if (isObject(value.hdrCll)) info.hdrCll = numbers(value.hdrCll, HDR_CLL);
  if (isObject(value.hdrMdcv)) info.hdrMdcv = numbers(value.hdrMdcv, HDR_MDCV);
  return info;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function numbers(object: Record<string, unknown>, names: string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) {
    const value = object[name];
    if (typeof value === "number") found[name] = value;
  }
  return found;
}
