/**
 * Where the keyframes of a file are.
 *
 * @module
 */

/**
 * Keyframes that are kept: those of an hour of one every two seconds. Each is two values of the 4,096
 * up to which servers like this one read metadata.
 */
export const MAX_KEYFRAMES = 2000;

/** The index as it stands in `onMetaData` (FLV 10.1, section E.5, leaves it to custom). */
export interface KeyframeTable {
  /** The times of their tags, in seconds; below 0 for those before time 0. */
  times: number[];
  /** Where the tag begins, in bytes from the beginning of the file. */
  filepositions: number[];
}

/** An index that is thinned out evenly when it is full, and so takes no more memory in a week. */
export class KeyframeIndex {
  readonly #times: number[] = [];
  readonly #positions: number[] = [];
  /** Every how many keyframes one is kept. */
  #stride = 1;
  #count = 0;

  /**
   * Adds a keyframe. Times must rise for a player to find them: where they step back, either the
   * last entry was a single one out of line, which the new one replaces, or the new one is left out.
   *
   * @param time Its time, in milliseconds.
   * @param position Where its tag begins, in bytes from the beginning of the file.
   */
  add(time: number, position: number): void {
    const seconds = time / 1000;
    const end = this.#times.length;
    if (end > 0 && seconds <= this.#times[end - 1]!) {
      const fits = end > 1 && seconds > this.#times[end - 2]!;
      if (!fits) return;
      this.#times[end - 1] = seconds;
      this.#positions[end - 1] = position;
      return;
    }
    if (this.#count++ % this.#stride !== 0) return;
    if (this.#times.length === MAX_KEYFRAMES) this.#thinOut();
    this.#times.push(seconds);
    this.#positions.push(position);
  }

  /** The tags begin so many bytes later than was said. */
  move(bytes: number): void {
    for (let i = 0; i < this.#positions.length; i++) this.#positions[i]! += bytes;
  }

  /** The index so far. */
  get table(): KeyframeTable {
    return { times: this.#times, filepositions: this.#positions };
  }

  /** Keeps every other one; the next after an even number of them is its turn too. */
  #thinOut(): void {
    this.#stride *= 2;
    for (const list of [this.#times, this.#positions]) {
      for (let i = 0; 2 * i < list.length; i++) list[i] = list[2 * i]!;
      list.length = Math.ceil(list.length / 2);
    }
  }
}
