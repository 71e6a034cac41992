/**
 * The time of a channel over several publications.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { MediaKind } from "../ledger/counts.ts";

/**
 * Lets the time go on when a publisher comes back and begins at 0 again: the first frame of the new
 * publication stands as far behind the last of the old as it came later. The first publication's
 * times are left as they are.
 */
export class ContinuedClock {
  readonly #clock: Clock;
  #last = 0;
  #lastAt: number | undefined;
  /** What is added to the times of this publication; unknown before its first frame. */
  #shift: number | undefined = 0;

  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /** Another publication begins. */
  restart(): void {
    if (this.#lastAt !== undefined) this.#shift = undefined;
  }

  /** The publication goes on with the one before: this is to be added to its times. */
  resume(shift: number): void {
    this.#shift = shift;
  }

  /** The channel's time for a tag of the publication. */
  time(timestamp: number, kind: MediaKind): number {
    const isFrame = kind === "videoFrames" || kind === "audioFrames";
    if (this.#shift === undefined) {
      // Sequence headers come at 0 even when the first frame is hours later; metadata stays there,
      // since FFmpeg takes it for subtitles at any other time.
      if (kind === "scriptTags") return timestamp;
      if (!isFrame) return this.#last;
      const pause = Math.max(1, Math.round(this.#clock.now() - this.#lastAt!));
      this.#shift = this.#last + pause - timestamp;
    }
    const time = timestamp + this.#shift;
    if (isFrame) {
      this.#last = time;
      this.#lastAt = this.#clock.now();
    }
    return time;
  }
}
