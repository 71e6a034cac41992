/**
 * What all channels together may keep of what is published.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { TAG_OVERHEAD } from "./counted_tag.ts";

/** Bytes that all channels of a server may keep, unless it is told otherwise. */
export const DEFAULT_MEDIA_BYTES: number = 1024 * 1024 * 1024;

/** Bytes that a tag costs in each place where it waits, about, beside the tag itself. */
const PLACE_BYTES = 96;

/**
 * The part of the limit that is left free when something had to go, so that it is not so at once
 * again.
 */
const HEADROOM = 1 / 8;

/** A tag that caches and queues keep. Those that share its data share the count of places too. */
export interface KeptTag {
  /** The tag. */
  readonly tag: FlvTag;
  /** In how many places its data is kept. */
  readonly kept: { places: number };
}

/** A cache or a queue that keeps tags. */
export interface MediaKeeper {
  /** Bytes of the tags that it keeps. */
  readonly keptBytes: number;
  /** Lets them go. */
  evict(): void;
}

/**
 * Bytes of tags that caches and queues keep, over all channels that share the budget. A tag that
 * waits in many places is in memory once, and is counted once. When all of them keep too much,
 * those that keep the most drop it. New consumers then wait for the next keyframe, and a live
 * consumer skips forward to it, which is counted as `memory-limit`.
 *
 * @example
 * ```ts
 * import { Channel, MediaBudget } from "@sluice/rtmp";
 *
 * const budget = new MediaBudget(256 * 1024 * 1024);
 * const channels = ["one", "two"].map(() => new Channel(undefined, undefined, budget));
 * await Promise.all(channels.map((channel) => channel.end()));
 * ```
 */
export class MediaBudget {
  readonly #maxBytes: number;
  readonly #keepers = new Set<MediaKeeper>();
  #bytes = 0;
  #evictions = 0;

  /**
   * Makes a budget.
   *
   * @param maxBytes Bytes that may be kept: 1 or more, 1 GiB by default.
   * @throws {RangeError} If that is no whole number above 0.
   */
  constructor(maxBytes: number = DEFAULT_MEDIA_BYTES) {
    this.#maxBytes = checkNumber("maxBytes", maxBytes, 1);
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often a cache or a queue had to drop its tags, because all of them kept too much. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Adds a cache or a queue that can drop its tags. */
  addKeeper(keeper: MediaKeeper): void {
    this.#keepers.add(keeper);
  }

  /** Removes one that keeps nothing any more. */
  removeKeeper(keeper: MediaKeeper): void {
    this.#keepers.delete(keeper);
  }

  /** A tag is kept in one more place. */
  retain({ tag: { data }, kept }: KeptTag): void {
    this.#bytes += PLACE_BYTES;
    if (kept.places++ === 0) this.#bytes += TAG_OVERHEAD + data.length;
  }

  /** A tag is kept in one place less. */
  release({ tag: { data }, kept }: KeptTag): void {
    this.#bytes -= PLACE_BYTES;
    if (--kept.places === 0) this.#bytes -= TAG_OVERHEAD + data.length;
  }

  /** Has those that keep the most let it go, if all of them keep too much. */
  enforce(): void {
    if (this.#bytes <= this.#maxBytes) return;
    const enough = this.#maxBytes * (1 - HEADROOM);
    const keepers = [...this.#keepers].filter(({ keptBytes }) => keptBytes > 0)
      .sort((a, b) => b.keptBytes - a.keptBytes);
    for (const keeper of keepers) {
      keeper.evict();
      this.#evictions++;
      if (this.#bytes <= enough) return;
    }
  }
}
