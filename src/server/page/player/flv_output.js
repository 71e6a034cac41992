// @ts-check
/**
 * The FLV output for mpegts.js, buffered until mpegts.js reads.
 *
 * @module
 */

import { flvHeader, flvTag, joined } from "./flv_reader.js";

/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {import("../types.ts").Media} Media */

/** A growing FLV file. */
export class FlvOutput {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #kept = [];
  /** @type {((bytes: Uint8Array<ArrayBuffer>) => void) | undefined} */
  #write;
  /** @type {(() => void) | undefined} */
  #complete;
  #hasHeader = false;
  #isOver = false;

  /**
   * Writes the file from its beginning.
   *
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} write
   * @param {() => void} complete
   */
  attach(write, complete) {
    this.#write = write;
    this.#complete = complete;
    for (const bytes of this.#kept.splice(0)) write(bytes);
    if (this.#isOver) complete();
  }

  /**
   * Adds a tag.
   *
   * @param {Media} media
   * @param {number} time In milliseconds.
   * @param {Set<Kind>} kinds What the header announces, with the first tag.
   */
  put({ kind, data }, time, kinds) {
    const tag = flvTag(kind, data, time);
    // mpegts.js wants the header together with a tag.
    const bytes = this.#hasHeader ? tag : joined(flvHeader(kinds), tag);
    this.#hasHeader = true;
    if (this.#write) this.#write(bytes);
    else this.#kept.push(bytes);
  }

  /** Ends the file. */
  end() {
    this.#isOver = true;
    this.#complete?.();
  }
}
