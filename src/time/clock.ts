/**
 * Where time comes from, for everything that measures it.
 *
 * @module
 */

/**
 * A clock that never goes back: `performance`, unless a test moves one of its own.
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
  /** Milliseconds since a moment of the clock's own. */
  now(): number;
}
