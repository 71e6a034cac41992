/**
 * A rebaser of timestamps, which keeps the time of a channel continuous over several publications.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { MediaKind } from "../ledger/counts.ts";

/**
 * Continues the timestamps when a publisher reconnects and begins at 0 again. The first frame of the
 * new publication follows the last one of the old after the time that passed between them. The first
 * publication's timestamps are unchanged.
 */
export class TimestampRebaser {
  readonly #clock: Clock;
  #last = 0;
  #lastAt: number | undefined;
  /** The offset of this publication's timestamps; `undefined` before its first frame. */
  #shift: number | undefined = 0;

  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /** Starts another publication. */
  restart(): void {
    if (this.#lastAt !== undefined) this.#shift = undefined;
  }

  /** Sets the offset of a publication that continues the previous one. */
  resume(shift: number): void {
    this.#shift = shift;
  }

  /** Returns the channel's time for a tag of the publication. */
  rebase(timestamp: number, kind: MediaKind): number {
    const isFrame = kind === "videoFrames" || kind === "audioFrames";
    if (this.#shift === undefined) {
      // Sequence headers arrive at time 0 even if the first frame is hours later. Metadata stays at
      // 0, since FFmpeg takes it for subtitles at any other time.
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
