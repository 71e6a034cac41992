/**
 * A shared memory limit for the tags that channels keep.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { TAG_OVERHEAD } from "./counted_tag.ts";

/** Bytes that all channels of a server may keep, by default. */
export const DEFAULT_MEDIA_BYTES: number = 1024 * 1024 * 1024;

/** The approximate memory of an entry in a queue or cache, beside the tag itself, in bytes. */
const PLACE_BYTES = 96;

/**
 * The part of the limit that is free after an eviction, so that the next one is not needed at once.
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
  /** Drops them. */
  evict(): void;
}

/**
 * Bytes of tags that caches and queues keep, over all channels that share the budget. A tag that
 * waits in many places is in memory once, and is counted once. When they exceed the limit, those
 * that keep the most are evicted. New consumers then wait for the next keyframe, and a live
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
   * @throws {RangeError} If that is not a whole number above 0.
   */
  constructor(maxBytes: number = DEFAULT_MEDIA_BYTES) {
    this.#maxBytes = checkNumber("maxBytes", maxBytes, 1);
  }

  /** The kept bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of times that a cache or a queue had to drop its tags because of the limit. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Adds a cache or a queue that can drop its tags. */
  addKeeper(keeper: MediaKeeper): void {
    this.#keepers.add(keeper);
  }

  /** Removes a cache or a queue that keeps nothing any more. */
  removeKeeper(keeper: MediaKeeper): void {
    this.#keepers.delete(keeper);
  }

  /** Counts a tag that one more cache or queue keeps. */
  retain({ tag: { data }, kept }: KeptTag): void {
    this.#bytes += PLACE_BYTES;
    if (kept.places++ === 0) this.#bytes += TAG_OVERHEAD + data.length;
  }

  /** Counts a tag that one cache or queue has dropped. */
  release({ tag: { data }, kept }: KeptTag): void {
    this.#bytes -= PLACE_BYTES;
    if (--kept.places === 0) this.#bytes -= TAG_OVERHEAD + data.length;
  }

  /** Evicts the caches and queues that keep the most, if the limit is exceeded. */
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
