/**
 * The keyframe index of a file.
 *
 * @module
 */

/**
 * The most keyframes in an index: those of an hour with one every two seconds. Each takes two of the
 * 4,096 values up to which this server reads metadata.
 */
export const MAX_KEYFRAMES = 2000;

/** The index in `onMetaData`, as players expect it; FLV 10.1, section E.5, does not specify it. */
export interface KeyframeTable {
  /** The times of their tags, in seconds; below 0 for those before time 0. */
  times: number[];
  /** The positions of their tags, in bytes from the beginning of the file. */
  filepositions: number[];
}

/** An index that drops every other entry when it is full, so that its memory is bounded. */
export class KeyframeIndex {
  readonly #times: number[] = [];
  readonly #positions: number[] = [];
  /** One of this many keyframes is kept. */
  #stride = 1;
  #count = 0;

  /**
   * Adds a keyframe. Players need rising times. If the new time is not later than the last one, but
   * later than the one before, it replaces the last entry; otherwise it is left out.
   *
   * @param time Its time, in milliseconds.
   * @param position The position of its tag, in bytes from the beginning of the file.
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

  /** Adds an offset to all positions. */
  move(bytes: number): void {
    for (let i = 0; i < this.#positions.length; i++) this.#positions[i]! += bytes;
  }

  /** The index so far. */
  get table(): KeyframeTable {
    return { times: this.#times, filepositions: this.#positions };
  }

  /** Drops every other entry, and doubles the stride. */
  #thinOut(): void {
    this.#stride *= 2;
    for (const list of [this.#times, this.#positions]) {
      for (let i = 0; 2 * i < list.length; i++) list[i] = list[2 * i]!;
      list.length = Math.ceil(list.length / 2);
    }
  }
}
