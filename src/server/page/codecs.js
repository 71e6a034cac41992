// @ts-check
/// <reference lib="dom" />
/**
 * Names of codecs, and whether this browser and the player can play them.
 *
 * @module
 */

/** @typedef {import("./types.ts").Stream} Stream */

/**
 * By FourCC: the name, and the media type for the browser; the player does not know codecs without
 * one.
 *
 * @type {Record<string, { name: string, type?: string }>}
 */
const VIDEO = {
  avc1: { name: "H.264", type: 'video/mp4; codecs="avc1.640028"' },
  hvc1: { name: "H.265", type: 'video/mp4; codecs="hvc1.1.6.L120.B0"' },
  av01: { name: "AV1", type: 'video/mp4; codecs="av01.0.08M.08"' },
  vvc1: { name: "H.266" },
  vp08: { name: "VP8" },
  vp09: { name: "VP9" },
};

/** @type {Record<string, { name: string, type?: string }>} */
const AUDIO = {
  "mp4a": { name: "AAC", type: 'audio/mp4; codecs="mp4a.40.2"' },
  ".mp3": { name: "MP3", type: "audio/mpeg" },
  "Opus": { name: "Opus", type: 'audio/mp4; codecs="opus"' },
  "fLaC": { name: "FLAC" },
  "ac-3": { name: "AC-3" },
  "ec-3": { name: "E-AC-3" },
};

/** @type {Record<number, string>} */
const CHANNELS = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" };

/**
 * Describes the video of a stream in one line.
 *
 * @param {Stream} stream
 * @returns {string}
 */
export function describeVideo({ video }) {
  if (!video) return "";
  const { codec, profile, width, height, frameRate } = video;
  return inOneLine([
    [nameOf(VIDEO, codec), profile].filter(Boolean).join(" "),
    width && height && `${width} × ${height}`,
    frameRate && `${Math.round(frameRate * 100) / 100} fps`,
  ]);
}

/**
 * Describes the audio of a stream in one line.
 *
 * @param {Stream} stream
 * @returns {string}
 */
export function describeAudio({ audio }) {
  if (!audio) return "";
  const { codec, channels, sampleRate } = audio;
  return inOneLine([
    nameOf(AUDIO, codec),
    sampleRate && `${sampleRate / 1000} kHz`,
    channels && (CHANNELS[channels] ?? `${channels} channels`),
  ]);
}

/** @param {(string | number | undefined)[]} parts */
function inOneLine(parts) {
  return parts.filter(Boolean).join(" · ");
}

/**
 * The kinds of media of a stream that the browser can play, and a sentence about those it cannot.
 *
 * @param {Stream} stream
 * @returns {{ video: boolean, audio: boolean, problem: string }}
 */
export function playable({ video, audio }) {
  const canVideo = video !== undefined && canPlay(video.codec);
  const canAudio = audio !== undefined && canPlay(audio.codec);
  const missing = [
    ...(video && !canVideo ? [`its picture, which is ${nameOf(VIDEO, video.codec)}`] : []),
    ...(audio && !canAudio ? [`its sound, which is ${nameOf(AUDIO, audio.codec)}`] : []),
  ];
  const problem = missing.length === 0 ? "" : `This browser cannot play ${missing.join(", nor ")}.`;
  return { video: canVideo, audio: canAudio, problem };
}

/**
 * @param {typeof VIDEO} codecs
 * @param {string} fourCc
 */
function nameOf(codecs, fourCc) {
  return codecs[fourCc]?.name ?? fourCc;
}

/**
 * Cached answers of the browser: the player asks for every frame.
 *
 * @type {Map<string, boolean>}
 */
const known = new Map();

/**
 * Whether this browser and the player can play a codec.
 *
 * @param {string} fourCc
 * @returns {boolean}
 */
export function canPlay(fourCc) {
  const found = known.get(fourCc) ?? askBrowser(fourCc);
  known.set(fourCc, found);
  return found;
}

/** @param {string} fourCc */
function askBrowser(fourCc) {
  const type = (VIDEO[fourCc] ?? AUDIO[fourCc])?.type;
  // iPhones have only `ManagedMediaSource`, which the player supports.
  const mediaSource = Reflect.get(globalThis, "MediaSource") ??
    Reflect.get(globalThis, "ManagedMediaSource");
  return type !== undefined && mediaSource?.isTypeSupported(type) === true;
}

/**
 * The query parameters that exclude media which the browser cannot play.
 *
 * @param {Stream} stream
 */
export function excludedMedia(stream) {
  const { video, audio } = playable(stream);
  return `${stream.video && !video ? "&video=0" : ""}${stream.audio && !audio ? "&audio=0" : ""}`;
}

/**
 * Whether the browser can play nothing of a stream.
 *
 * @param {Stream} stream
 */
export function isUnplayable(stream) {
  const { video, audio, problem } = playable(stream);
  return !video && !audio && problem !== "";
}
