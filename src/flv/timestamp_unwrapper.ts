/**
 * An unwrapper for the 32-bit timestamps of RTMP and FLV.
 *
 * @module
 */

/** The distance from a wrap, in milliseconds, within which a step back counts as the wrap. */
const WINDOW = 60_000;

/** Where timestamps wrap: RTMP and FLV at 32 bits, FFmpeg at 31. */
const WRAPS = [2 ** 31, 2 ** 32];

/**
 * Unwraps the timestamps of one publication: its audio, video and script data share one clock.
 *
 * A timestamp counts as wrapped only when the one before it was less than 60 s below 2^31 or 2^32
 * and it is less than 60 s above 0. Every other jump is passed on, since sequence headers and ends of
 * sequence come at time 0, and first frames may come hours after them.
 */
export class TimestampUnwrapper {
  /** The sum of all wraps so far, which is added to each timestamp. */
  #base = 0;
  /** The previous timestamp; while audio and video cross a wrap, that of the leading one. */
  #last = 0;
  /** The wrap of the last 60 s; 0 if there is none. */
  #passed = 0;

  /** Returns the unwrapped time of a 32-bit timestamp, in milliseconds. */
  unwrap(wire: number): number {
    const passed = this.#passed;
    if (passed && wire >= passed - WINDOW && wire < passed + WINDOW) {
      // Audio and video cross a wrap separately: this timestamp is still before it.
      if (wire < passed) return this.#base - passed + wire;
      // A clock that continues past 2^31 did not wrap there: the timestamp near 0 was that of a
      // header.
      this.#base -= passed;
      this.#passed = 0;
    } else if (wire >= WINDOW) {
      this.#passed = 0;
    } else if (!passed) {
      for (const wrap of WRAPS) {
        if (this.#last < wrap && this.#last >= wrap - WINDOW) {
          this.#base += wrap;
          this.#passed = wrap;
        }
      }
    }
    this.#last = wire;
    return this.#base + wire;
  }
}
