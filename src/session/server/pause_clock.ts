/**
 * A clock for one player that leaves out the time for which the player was paused.
 *
 * @module
 */

import type { FlvTag } from "../../flv/flv_tag.ts";

/**
 * The time between the last frame before a pause and the first one after it, in milliseconds: one
 * frame at 25 frames per second.
 */
const FRAME_TIME = 40;

/**
 * Shifts the timestamps of a player. After a pause, a player shows nothing until its own clock has
 * reached the timestamps that it is sent, so the time of the pause must not be in them.
 */
export class PauseClock {
  /** The total time left out, in milliseconds. */
  #shift = 0;
  /** The latest timestamp sent to the player. */
  #latest: number | undefined;
  #isResuming = false;

  /** Called when the player resumes: the next frame follows the last one that was sent. */
  resume(): void {
    this.#isResuming = true;
  }

  /** The tag with its timestamp shifted for the player. */
  move(tag: FlvTag): FlvTag {
    const isMedia = tag.type !== "script";
    if (isMedia && this.#isResuming) this.#follow(tag.timestamp);
    // Metadata has the timestamp 0, and comes before the frames that it describes.
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
