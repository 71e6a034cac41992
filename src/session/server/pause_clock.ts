/**
 * The times of what a player gets, without the time for which it was paused.
 *
 * @module
 */

import type { FlvTag } from "../../flv/flv_tag.ts";

/**
 * The time between the last frame before a pause and the first one after it, in milliseconds: a frame
 * at 25 a second.
 */
const FRAME_TIME = 40;

/**
 * Shifts the timestamps of a player. After a pause, a player shows nothing until its own clock has
 * reached the timestamps that it is sent, so the time of the pause must not be in them.
 */
export class PauseClock {
  /** Milliseconds that are left out. */
  #shift = 0;
  /** The latest time that the player was given. */
  #latest: number | undefined;
  #isResuming = false;

  /** The player resumes: the next frame follows the last one that it was sent. */
  resume(): void {
    this.#isResuming = true;
  }

  /** The tag as the player gets it. */
  move(tag: FlvTag): FlvTag {
    const isMedia = tag.type !== "script";
    if (isMedia && this.#isResuming) this.#follow(tag.timestamp);
    // Metadata stands at 0 before the frames that it is about.
    const timestamp = isMedia || tag.timestamp > this.#shift ? tag.timestamp - this.#shift : 0;
    if (isMedia) this.#latest = Math.max(this.#latest ?? timestamp, timestamp);
    return this.#shift === 0 ? tag : { ...tag, timestamp };
  }

  #follow(timestamp: number): void {
    this.#isResuming = false;
    if (this.#latest === undefined) return;
    const gap = timestamp - this.#shift - this.#latest;
    if (gap > FRAME_TIME) this.#shift += gap - FRAME_TIME;
  }
}
