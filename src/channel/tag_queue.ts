/**
 * Tags that wait for a consumer.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { type MediaCounts, type MediaKind, noMedia } from "../ledger/counts.ts";

/** A tag with what it counts as. */
export interface CountedTag {
  /** The tag. */
  tag: FlvTag;
  /** What it counts as. */
  kind: MediaKind;
}

interface Waiting extends CountedTag {
  /** When it came, by `performance.now()`. */
  since: number;
}

/**
 * Bytes that a tag costs beside its data, about. Without them a flood of empty tags would fill the
 * memory and no bound in bytes.
 */
export const TAG_OVERHEAD = 256;

/** Taken entries at the front of the list before it is moved up. */
const COMPACT_AFTER = 64;

/** A queue that knows its size in bytes and in time. */
export class TagQueue {
  #waiting: Waiting[] = [];
  #taken = 0;
  #bytes = 0;

  /** How many tags wait. */
  get length(): number {
    return this.#waiting.length - this.#taken;
  }

  /** How many bytes the tags that wait take up, each with its {@linkcode TAG_OVERHEAD}. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For how long the first has been waiting, in milliseconds; 0 if none waits. */
  get age(): number {
    const first = this.#waiting[this.#taken];
    return first ? performance.now() - first.since : 0;
  }

  /** Adds a tag behind all others. */
  push({ tag, kind }: CountedTag): void {
    this.#waiting.push({ tag, kind, since: performance.now() });
    this.#bytes += TAG_OVERHEAD + tag.data.length;
  }

  /** Takes the first tag. */
  shift(): CountedTag | undefined {
    const first = this.#waiting[this.#taken];
    if (!first) return undefined;
    this.#bytes -= TAG_OVERHEAD + first.tag.data.length;
    this.#taken++;
    if (this.length === 0) this.clear();
    else if (this.#taken > COMPACT_AFTER && 2 * this.#taken > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#taken);
      this.#taken = 0;
    }
    return first;
  }

  /** Takes all tags. */
  clear(): CountedTag[] {
    const waiting = this.#waiting.slice(this.#taken);
    this.#waiting = [];
    this.#taken = 0;
    this.#bytes = 0;
    return waiting;
  }

  /** What waits, by what it is. */
  count(): MediaCounts {
    const counts = noMedia();
    for (let i = this.#taken; i < this.#waiting.length; i++) counts[this.#waiting[i]!.kind]++;
    return counts;
  }
}
