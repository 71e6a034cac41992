/**
 * How often keyframes come.
 *
 * @module
 */

/**
 * Milliseconds of stream time for which a keyframe is waited for at least: x264 makes one every 250
 * frames by default, which is 10 s at 25 a second, and others make them more often.
 */
const KEYFRAME_WAIT = 10_000;

/**
 * Follows the video of a publication, and tells when a keyframe is overdue: none has come for longer
 * than between the last two, and for {@linkcode KEYFRAME_WAIT} at least. The longer interval is that
 * of encoders which make few on purpose; one that refreshes its picture bit by bit makes none at all.
 */
export class KeyframeInterval {
  /** The time of the last keyframe, or of the first frame as long as there has been none. */
  #since: number | undefined;
  #hasKeyframe = false;
  /** Milliseconds between the last two. */
  #interval = 0;
  #now = 0;

  /** Whether a keyframe is overdue. */
  get isOver(): boolean {
    return this.#now - (this.#since ?? this.#now) > Math.max(this.#interval, KEYFRAME_WAIT);
  }

  /** Takes note of a video frame. */
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
