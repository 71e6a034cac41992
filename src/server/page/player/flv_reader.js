// @ts-check
/**
 * A reader of FLV bytes, and functions that write FLV for mpegts.js.
 *
 *     file   "FLV" 1  flags (4: audio, 1: video)  header length (4)  0 (4)  tags...
 *     tag    type  length (3)  time (3)  time, bits 31-24  0 (3)  body  length of all this (4)
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */

const FILE_HEADER = 9;
const TAG_HEADER = 11;
/** The length of the tag before, after each tag. */
const TAG_TRAILER = 4;

const AUDIO = 8;
const VIDEO = 9;

/** Reads the tags of a stream of bytes. */
export class FlvReader {
  /**
   * The kinds of media that the header announces; `undefined` before the header has arrived.
   *
   * @type {Kind[] | undefined}
   */
  announced;
  #onMedia;
  #rest = new Uint8Array();

  /**
   * @param {(kind: Kind, data: Uint8Array<ArrayBuffer>, time: number) => void} onMedia Takes audio
   * and video; scripts are skipped.
   */
  constructor(onMedia) {
    this.#onMedia = onMedia;
  }

  /**
   * Reads the next bytes.
   *
   * @param {Uint8Array<ArrayBuffer>} chunk
   * @throws {Error} If it is not FLV.
   */
  add(chunk) {
    const bytes = this.#rest.length > 0 ? joined(this.#rest, chunk) : chunk;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let offset = 0;
    if (!this.announced) {
      if (bytes.length < FILE_HEADER) return void (this.#rest = bytes);
      offset = view.getUint32(5) + TAG_TRAILER;
      if (view.getUint32(0) !== 0x464c5601) throw new Error("What the server sends is not FLV");
      if (bytes.length < offset) return void (this.#rest = bytes);
      const flags = view.getUint8(4);
      this.announced = [
        ...(flags & 4 ? [/** @type {const} */ ("audio")] : []),
        ...(flags & 1 ? [/** @type {const} */ ("video")] : []),
      ];
    }
    while (offset + TAG_HEADER <= bytes.length) {
      const type = view.getUint8(offset);
      const end = offset + TAG_HEADER + (view.getUint32(offset) & 0xffffff);
      if (end + TAG_TRAILER > bytes.length) break;
      if (type === AUDIO || type === VIDEO) {
        const time = (view.getUint32(offset + 4) >>> 8) + view.getUint8(offset + 7) * 2 ** 24;
        const kind = type === AUDIO ? "audio" : "video";
        this.#onMedia(kind, bytes.subarray(offset + TAG_HEADER, end), time);
      }
      offset = end + TAG_TRAILER;
    }
    this.#rest = bytes.subarray(offset);
  }
}

/**
 * The header of a file that has these kinds of media.
 *
 * @param {Set<Kind>} kinds
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function flvHeader(kinds) {
  const flags = (kinds.has("audio") ? 4 : 0) + (kinds.has("video") ? 1 : 0);
  return Uint8Array.of(0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, FILE_HEADER, 0, 0, 0, 0);
}

/**
 * A tag.
 *
 * @param {Kind} kind
 * @param {Uint8Array} data
 * @param {number} time In milliseconds.
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function flvTag(kind, data, time) {
  const bytes = new Uint8Array(TAG_HEADER + data.length + TAG_TRAILER);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  view.setUint8(0, kind === "audio" ? AUDIO : VIDEO);
  view.setUint32(4, time << 8);
  view.setUint8(7, time >>> 24);
  bytes.set(data, TAG_HEADER);
  view.setUint32(TAG_HEADER + data.length, TAG_HEADER + data.length);
  return bytes;
}

/**
 * @param {Uint8Array} first
 * @param {Uint8Array} second
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function joined(first, second) {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
