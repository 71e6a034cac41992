/**
 * The GOP cache: the tags that a new consumer needs to show a picture at once.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { type CountedTag, sizeOf } from "./counted_tag.ts";
import { LatestHeaders } from "./latest_headers.ts";
import type { MediaBudget, MediaKeeper } from "./media_budget.ts";

/** Limits on the frames that a cache keeps. */
export interface GopCacheLimits {
  /** Bytes: 16 MiB by default; 0 turns the cache off. */
  maxBytes: number;
  /** Milliseconds of stream time: 20,000 by default. */
  maxTime: number;
}

/** The default limits: 4 s at 30 Mbit/s, or 20 s at 6 Mbit/s. */
export const DEFAULT_GOP_CACHE: Readonly<GopCacheLimits> = {
  maxBytes: 16 * 1024 * 1024,
  maxTime: 20_000,
};

/**
 * Checks the limits.
 *
 * @throws {RangeError} If one of them is not a whole number of at least 0.
 */
export function checkGopCacheLimits({ maxBytes, maxTime }: GopCacheLimits): GopCacheLimits {
  return {
    maxBytes: checkNumber("maxBytes", maxBytes, 0),
    maxTime: checkNumber("maxTime", maxTime, 0),
  };
}

/**
 * Bytes of headers that are kept; the oldest are dropped first. A stream needs a few hundred, but
 * each combination of tracks in a message is a header of its own.
 */
export const MAX_HEADER_BYTES: number = 4 * 1024 * 1024;

/**
 * Frames that are kept. Each new consumer gets all of them at once, and others wait meanwhile. 20 s
 * of 120 video frames and 150 audio frames a second are half as many.
 */
export const MAX_KEPT_FRAMES = 10_000;

/**
 * Keeps the latest metadata, the latest sequence headers of every track, and everything since the
 * last keyframe. When that exceeds the limits, the frames are dropped, and new consumers wait for a
 * keyframe.
 */
export class GopCache implements MediaKeeper {
  readonly #limits: GopCacheLimits;
  readonly #budget: MediaBudget | undefined;
  readonly #headers = new LatestHeaders<CountedTag>({
    maxBytes: MAX_HEADER_BYTES,
    sizeOf: ({ tag }) => sizeOf(tag),
    forgotten: (header) => this.#budget?.release(header),
  });
  /** From the last keyframe on, as long as it is within the limits. */
  #frames: CountedTag[] = [];
  /** The headers that those frames need: a later one may already be among them. */
  #headersBefore: CountedTag[] = [];
  #bytes = 0;

  /** @param budget Counts the kept tags together with those of other caches and queues. */
  constructor(limits: GopCacheLimits = DEFAULT_GOP_CACHE, budget?: MediaBudget) {
    this.#limits = limits;
    this.#budget = budget;
  }

  /** Bytes of all kept tags. */
  get keptBytes(): number {
    return this.#bytes + this.#headers.bytes;
  }

  /** Drops the frames, for lack of memory, or else the headers. */
  evict(): void {
    if (this.#frames.length > 0) this.forgetFrames();
    else this.#headers.clear();
  }

  /** Ends the cache: its headers can still be read, and no longer count towards the budget. */
  end(): void {
    this.forgetFrames();
    this.#count("release", this.#headers.values());
    this.#budget?.removeKeeper(this);
  }

  /** The frames since the last keyframe; empty if there is none, or if they exceed the limits. */
  get frames(): readonly CountedTag[] {
    return this.#frames;
  }

  /** The sequence header of this key, or the metadata. */
  header(key: string): FlvTag | undefined {
    return this.#headers.get(key)?.tag;
  }

  /**
   * Metadata and sequence headers to send before a tag. Headers get its time; metadata gets 0,
   * since FFmpeg takes it for subtitles at any other.
   */
  headersFor(before: FlvTag): CountedTag[] {
    const isFirst = this.#frames[0]?.tag === before;
    return Array.from(
      isFirst ? this.#headersBefore : this.#headers.values(),
      (header) => ({
        ...header,
        tag: { ...header.tag, timestamp: header.tag.type === "script" ? 0 : before.timestamp },
      }),
    );
  }

  /** Adds the next tag. */
  add(counted: CountedTag): void {
    const { headerKey } = counted;
    if (headerKey !== undefined) this.#keep(headerKey, counted);
    if (counted.keyframe) this.#begin(counted);
    else if (this.#frames.length > 0) this.#append(counted);
  }

  /** Drops the frames, and keeps the headers. */
  forgetFrames(): void {
    this.#count("release", this.#frames);
    this.#count("release", this.#headersBefore);
    this.#frames = [];
    this.#headersBefore = [];
    this.#bytes = 0;
  }

  #keep(key: string, header: CountedTag): void {
    this.#budget?.addKeeper(this);
    this.#budget?.retain(header);
    this.#headers.keep(key, header);
  }

  #begin(keyframe: CountedTag): void {
    this.forgetFrames();
    this.#headersBefore = [...this.#headers.values()];
    this.#budget?.addKeeper(this);
    this.#count("retain", this.#headersBefore);
    this.#append(keyframe);
  }

  #append(counted: CountedTag): void {
    this.#frames.push(counted);
    this.#budget?.retain(counted);
    this.#bytes += sizeOf(counted.tag);
    const time = counted.tag.timestamp - this.#frames[0]!.tag.timestamp;
    const { maxBytes, maxTime } = this.#limits;
    const { length } = this.#frames;
    if (this.#bytes <= maxBytes && time <= maxTime && length <= MAX_KEPT_FRAMES) return;
    this.forgetFrames();
  }

  #count(how: "retain" | "release", kept: Iterable<CountedTag>): void {
    const budget = this.#budget;
    if (budget) { for (const tag of kept) budget[how](tag); }
  }
}
