/**
 * The clock of tags: it unwraps 32-bit timestamps of the wire.
 *
 * @module
 */

/** How near to a wrap both times must be, in milliseconds, for a step back to be one. */
const WINDOW = 60_000;

/** RTMP and FLV wrap at 32 bits; FFmpeg masks its times to 31. */
const WRAPS = [2 ** 31, 2 ** 32];

/**
 * Unwraps the times of one publication; its audio, video and script data share one clock.
 *
 * A timestamp counts as wrapped only when the one before it was less than 60 s below 2^31 or 2^32
 * and it is less than 60 s above 0. Every other jump is passed on, since sequence headers and ends of
 * sequence come at time 0, and first frames may come hours after them.
 */
export class TimestampUnwrapper {
  /** What wraps so far add to a wire time. */
  #base = 0;
  /** The wire time before; that of the leading kind of media while the other catches up. */
  #last = 0;
  /** Where the wrap was that has just been passed; 0 when it is more than 60 s ago. */
  #passed = 0;

  /** Gives the time in milliseconds that goes with a 32-bit time from the wire. */
  unwrap(wire: number): number {
    const passed = this.#passed;
    if (passed && wire >= passed - WINDOW && wire < passed + WINDOW) {
      // Audio and video cross a wrap one after the other: this one is still before it.
      if (wire < passed) return this.#base - passed + wire;
      // A clock that continues past 2^31 did not wrap there; the time near 0 was that of a header.
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
