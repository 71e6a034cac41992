/**
 * A meter of the bitrate and frame rate.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";

/** The period of the measurement, in whole seconds. */
const SECONDS = 5;

/** The sums of one second. */
interface Bucket {
  second: number;
  bytes: number;
  frames: number;
}

/**
 * The bitrate and the frame rate over the last few seconds.
 *
 * @example
 * ```ts
 * import { Channel } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const { rate } = new Channel();
 * assertEquals([rate.bitrate, rate.frameRate], [0, 0]);
 * ```
 */
export class RateMeter {
  readonly #clock: Clock;
  readonly #began: number;
  #buckets: Bucket[] = [];

  /** Starts the measurement. */
  constructor(clock: Clock = performance) {
    this.#clock = clock;
    this.#began = clock.now();
  }

  /** Counts a tag. */
  add(bytes: number, isVideoFrame: boolean): void {
    const second = Math.floor(this.#clock.now() / 1000);
    let bucket = this.#buckets.at(-1);
    if (bucket?.second !== second) {
      bucket = { second, bytes: 0, frames: 0 };
      this.#buckets.push(bucket);
      if (this.#buckets.length > SECONDS + 1) this.#buckets.shift();
    }
    bucket.bytes += bytes;
    if (isVideoFrame) bucket.frames++;
  }

  /** Bits a second. */
  get bitrate(): number {
    return Math.round(8 * this.#perSecond((bucket) => bucket.bytes));
  }

  /** Video frames a second. */
  get frameRate(): number {
    return Math.round(10 * this.#perSecond((bucket) => bucket.frames)) / 10;
  }

  #perSecond(of: (bucket: Bucket) => number): number {
    const now = this.#clock.now();
    const oldest = Math.floor(now / 1000) - SECONDS;
    const since = Math.max(oldest * 1000, this.#began);
    const recent = this.#buckets.filter((bucket) => bucket.second >= oldest);
    const sum = recent.reduce((total, bucket) => total + of(bucket), 0);
    return sum / Math.max(1, (now - since) / 1000);
  }
}
