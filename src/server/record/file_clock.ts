/**
 * A clock that reads the timestamps of a file as players do.
 *
 * @module
 */

/** The period of an FLV timestamp, which has 32 bits, in milliseconds. */
const WRAP = 2 ** 32;

/** The distance from a wrap within which a jump counts as that wrap, in milliseconds. */
const WINDOW = 60_000;

/**
 * Reads a file's 32-bit timestamps as players do. A file whose first frame is within 60 s below 2^32
 * begins before 0, as that of an encoder with a negative first timestamp. A timestamp that passes
 * 2^32 continues, in both directions. Every other jump is unchanged.
 */
export class FileClock {
  /** The offset added to timestamps of the file; unknown before the first frame. */
  #base: number | undefined;
  #previous = 0;

  /**
   * The time of a frame.
   *
   * @param timestamp The time of its tag, in milliseconds; the file has the low 32 bits.
   * @returns Milliseconds; below 0 for frames before time 0.
   */
  time(timestamp: number): number {
    const stored = timestamp >>> 0;
    const isEnd = stored >= WRAP - WINDOW;
    if (this.#base === undefined) this.#base = isEnd ? -WRAP : 0;
    else if (isEnd && this.#previous < WINDOW) this.#base -= WRAP;
    else if (stored < WINDOW && this.#previous >= WRAP - WINDOW) this.#base += WRAP;
    this.#previous = stored;
    return this.#base + stored;
  }
}
