/**
 * A monitor of the keyframe interval.
 *
 * @module
 */

/**
 * The shortest time after which a keyframe is overdue, in milliseconds of stream time. By default,
 * x264 makes one every 250 frames, which is 10 s at 25 frames a second; other encoders make them
 * more often.
 */
export const MIN_KEYFRAME_WAIT = 10_000;

/**
 * Detects that a keyframe is overdue: none has arrived for longer than the last interval, and for
 * {@linkcode MIN_KEYFRAME_WAIT} at least. Some encoders use long intervals on purpose, and those
 * with intra refresh make no keyframes at all.
 */
export class KeyframeInterval {
  /** The time of the last keyframe, or of the first frame if there has been none. */
  #since: number | undefined;
  #hasKeyframe = false;
  /** The time between the last two keyframes, in milliseconds. */
  #interval = 0;
  #now = 0;

  /** Whether a keyframe is overdue. */
  get isOverdue(): boolean {
    return this.#now - (this.#since ?? this.#now) > Math.max(this.#interval, MIN_KEYFRAME_WAIT);
  }

  /** Records a video frame. */
  add(timestamp: number, keyframe: boolean): void {
    this.#now = timestamp;
    // After a jump back, the measurement begins again.
    if (this.#since === undefined || timestamp < this.#since) this.#since = timestamp;
    if (!keyframe) return;
    if (this.#hasKeyframe) this.#interval = timestamp - this.#since;
    this.#hasKeyframe = true;
    this.#since = timestamp;
  }
}
