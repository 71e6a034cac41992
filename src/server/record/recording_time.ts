/**
 * From when to when a recording goes.
 *
 * @module
 */

/** The frames whose time counts: sequence headers come at 0 even when frames are hours later. */
type FrameKind = "videoFrames" | "audioFrames";

/** The earliest and the latest time of all frames. */
export class RecordingTime {
  #first = Infinity;
  #last = -Infinity;
  /** When the last frame ends, if it takes as long as the one before it. */
  #end = -Infinity;
  readonly #previous: Partial<Record<FrameKind, number>> = {};

  /** Counts a frame at its time, in milliseconds. */
  add(timestamp: number, kind: FrameKind): void {
    const length = timestamp - (this.#previous[kind] ?? timestamp);
    this.#previous[kind] = timestamp;
    this.#first = Math.min(this.#first, timestamp);
    this.#last = Math.max(this.#last, timestamp);
    this.#end = Math.max(this.#end, timestamp + Math.max(0, length));
  }

  /** Seconds from the first frame to the end of the last. */
  get duration(): number {
    return this.#end < this.#first ? 0 : (this.#end - this.#first) / 1000;
  }

  /** The time of the last frame, in seconds. */
  get last(): number {
    return Math.max(0, this.#last) / 1000;
  }
}
