/**
 * A clock, the source of time for everything that measures it.
 *
 * @module
 */

/**
 * A monotonic clock: `performance`, or one that a test controls.
 *
 * @example
 * ```ts
 * import { Channel, type Clock } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const clock: Clock = { now: () => 1000 };
 * assertEquals(new Channel({ maxBytes: 0, maxTime: 0 }, clock).rate.bitrate, 0);
 * ```
 */
export interface Clock {
  /** Milliseconds since an arbitrary origin. */
  now(): number;
}
