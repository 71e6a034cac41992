// @ts-check
/**
 * A parser of FLV tags for the player: a decoder configuration, a frame, or nothing it can use.
 *
 *     video   bit 7: enhanced   bits 6-4: frame type   bits 3-0: codec, or packet type if enhanced
 *     audio   bits 7-4: format, 9 if enhanced          bits 3-0: sound, or packet type if enhanced
 *
 * (FLV specification 10.1, E.4.2.1 and E.4.3.1; Enhanced RTMP v2.)
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {import("../types.ts").Media} Media */

/** Codecs of video tags without an enhanced header, by their number. */
const VIDEO_CODECS = /** @type {Record<number, string>} */ ({ 7: "avc1", 12: "hvc1" });

/** Enhanced codecs that mpegts.js knows. */
const ENHANCED_CODECS = ["hvc1", "av01", "Opus", "fLaC"];

/** The position of the configuration in a tag, where it is not 5. */
const CONFIGURATION_START = /** @type {Record<string, number>} */ ({ mp4a: 2 });

/** The length of the shortest configuration, in bytes. */
const MIN_CONFIGURATION_LENGTH = /** @type {Record<string, number>} */ ({
  avc1: 11,
  hvc1: 23,
  av01: 4,
  mp4a: 2,
  Opus: 19,
  fLaC: 42,
});

const AUDIO_ENHANCED = 9;
const AUDIO_MP3 = 2;
const AUDIO_AAC = 10;

/** Packet types of enhanced tags, and of legacy AAC, H.264 and H.265. */
const CONFIGURATION = 0;
const CODED_FRAMES = 1;
const CODED_FRAMES_X = 3;

/** The frame type of a keyframe. */
const KEYFRAME = 1;

/** NAL units of a frame that are read in search of a keyframe: it follows a few small ones. */
const MAX_NAL_UNITS = 16;

/**
 * Parses a tag.
 *
 * @param {Kind} kind
 * @param {Uint8Array<ArrayBuffer>} data The body of the tag.
 * @param {number} time In milliseconds.
 * @returns {Media | undefined} `undefined` for tags that the player cannot use.
 */
export function readMedia(kind, data, time) {
  const found = kind === "audio" ? readAudio(data) : readVideo(data);
  if (!found || (found.isConfiguration && !isUsable(found.codec, data))) return undefined;
  return { kind, data, time, ...found };
}

/**
 * Whether mpegts.js can read a configuration; after an invalid one it would wait for another one.
 *
 * @param {string} codec
 * @param {Uint8Array} data
 */
function isUsable(codec, data) {
  const start = CONFIGURATION_START[codec] ?? 5;
  const [first = 0, second = 0, , , fifth = 0, sixth = 0] = data.subarray(start);
  if (data.length < start + (MIN_CONFIGURATION_LENGTH[codec] ?? 1)) return false;
  // Version 1, lengths of 3 or 4 bytes, a sequence parameter set (ISO/IEC 14496-15, 5.3.3.1).
  if (codec === "avc1") return first === 1 && (fifth & 3) >= 2 && (sixth & 31) > 0;
  // One of 13 sampling frequencies (ISO/IEC 14496-3, 1.6.2.1).
  if (codec === "mp4a") return (((first & 7) << 1) | (second >> 7)) < 13;
  return true;
}

/** @param {Uint8Array} data */
function readAudio(data) {
  const format = (data[0] ?? 0) >> 4;
  if (format === AUDIO_MP3 && data.length > 1) return frame(".mp3", false);
  if (format === AUDIO_AAC) return packet("mp4a", data[1], data.length > 2, false);
  if (format !== AUDIO_ENHANCED) return undefined;
  return enhancedPacket(data, false);
}

/** @param {Uint8Array} data */
function readVideo(data) {
  const first = data[0] ?? 0;
  const frameType = (first >> 4) & 7;
  if (first >= 0x80) {
    const packetType = first & 15;
    const start = packetType === CODED_FRAMES && fourCcOf(data) === "hvc1" ? 8 : 5;
    return enhancedPacket(data, frameType === KEYFRAME || hasKeyframe(fourCcOf(data), data, start));
  }
  const codec = VIDEO_CODECS[first & 15];
  if (codec === undefined) return undefined;
  const isKeyframe = frameType === KEYFRAME || hasKeyframe(codec, data, 5);
  return packet(codec, data[1], data.length > 5, isKeyframe);
}

/**
 * @param {Uint8Array} data
 * @param {boolean} isKeyframe
 */
function enhancedPacket(data, isKeyframe) {
  const codec = fourCcOf(data);
  if (!ENHANCED_CODECS.includes(codec)) return undefined;
  const packetType = (data[0] ?? 0) & 15;
  const plainType = packetType === CODED_FRAMES_X ? CODED_FRAMES : packetType;
  return packet(codec, plainType, data.length > 5, isKeyframe);
}

/**
 * @param {string} codec
 * @param {number | undefined} packetType
 * @param {boolean} hasContent
 * @param {boolean} isKeyframe
 */
function packet(codec, packetType, hasContent, isKeyframe) {
  if (!hasContent) return undefined;
  if (packetType === CONFIGURATION) return { codec, isConfiguration: true, isKeyframe: false };
  return packetType === CODED_FRAMES ? frame(codec, isKeyframe) : undefined;
}

/**
 * @param {string} codec
 * @param {boolean} isKeyframe
 */
function frame(codec, isKeyframe) {
  return { codec, isConfiguration: false, isKeyframe };
}

/** @param {Uint8Array} data */
function fourCcOf(data) {
  return String.fromCharCode(...data.subarray(1, 5));
}

/**
 * Whether a frame is a keyframe by its content: some encoders do not flag keyframes. NAL units are
 * assumed to have lengths of four bytes, as nearly all do.
 *
 * @param {string} codec
 * @param {Uint8Array} data
 * @param {number} start Where its NAL units begin.
 */
function hasKeyframe(codec, data, start) {
  if (codec !== "avc1" && codec !== "hvc1") return false;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let offset = start;
  for (let units = 0; units < MAX_NAL_UNITS && offset + 5 <= data.length; units++) {
    const first = view.getUint8(offset + 4);
    // H.264: instantaneous decoding refresh. H.265: any picture to begin with (7.4.2.2).
    const type = codec === "avc1" ? first & 31 : (first >> 1) & 63;
    if (codec === "avc1" ? type === 5 : type >= 16 && type <= 21) return true;
    offset += 4 + view.getUint32(offset);
  }
  return false;
}
