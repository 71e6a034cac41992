/**
 * Sample tags that describe the media of a publication, without consuming it.
 *
 * @module
 */

import { copyTag, type FlvTag, type FlvTagType } from "../flv/flv_tag.ts";

/** Bytes that are kept of a first frame: its codec is identified by its first bytes. */
const SAMPLE_BYTES = 4 * 1024;

/** Keeps the first frame of each kind, and makes copies of tags that are kept for consumers. */
export class Samples {
  readonly #firstFrames = new Map<FlvTagType, FlvTag>();
  readonly #copies = new WeakMap<FlvTag, FlvTag>();

  /** Keeps the beginning of the first frame of its kind. */
  keepFirst(frame: FlvTag): void {
    this.#firstFrames.set(frame.type, { ...frame, data: frame.data.slice(0, SAMPLE_BYTES) });
  }

  /** The first frame of a kind, if one has arrived. */
  first(type: FlvTagType): FlvTag | undefined {
    return this.#firstFrames.get(type);
  }

  /** A copy of a tag that no consumer gets, always the same one. */
  copyOf(tag: FlvTag | undefined): FlvTag | undefined {
    if (!tag) return undefined;
    const copy = this.#copies.get(tag) ?? copyTag(tag);
    this.#copies.set(tag, copy);
    return copy;
  }
}
