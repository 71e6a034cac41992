// @ts-check
/**
 * A clock that advances steadily even if the encoder's clock jumps. After a jump of an hour the
 * player would otherwise wait for an hour.
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */

/** The distance from the newest frame above which a time has jumped ahead, in milliseconds. */
const MAX_AHEAD = 1_000;

/** How far one kind of media may be behind the other, in milliseconds. */
const MAX_BEHIND = 2_000;

/** The largest step back that does not count as a jump, in milliseconds. */
const JITTER = 200;

/** The step over a jump until the usual step is known, in milliseconds. */
const STEP = 20;

/**
 * What is known of one kind of media, in milliseconds: the encoder's time of its last frame, the time
 * that was made of it, what lies between the two, and the step from the frame before.
 *
 * @typedef {{ time: number, continued: number, shift: number, step: number }} Track
 */

/** Gives frames times that continue those of earlier frames. */
export class LiveClock {
  /** @type {Map<Kind, Track>} */
  #tracks = new Map();
  #newest = 0;

  /**
   * The time of a frame on a clock that begins at 0 and never jumps. If audio and video both jump,
   * they stay in sync.
   *
   * @param {Kind} kind
   * @param {number} time What the encoder says, in milliseconds.
   * @returns {number}
   */
  continue(kind, time) {
    const own = this.#tracks.get(kind);
    const other = this.#tracks.get(kind === "audio" ? "video" : "audio");
    const shift = this.#shiftFor(time, own, other);
    const continued = Math.max(time + shift, own?.continued ?? 0);
    const step = own && continued > own.continued ? continued - own.continued : own?.step ?? STEP;
    this.#tracks.set(kind, { time, continued, shift, step });
    this.#newest = Math.max(this.#newest, continued);
    return continued;
  }

  /**
   * @param {number} time
   * @param {Track | undefined} own
   * @param {Track | undefined} other
   */
  #shiftFor(time, own, other) {
    if (own && time >= own.time - JITTER && this.#fits(time + own.shift)) return own.shift;
    // The other kind has just jumped, or this is the first frame of its kind.
    if (other && other.shift !== own?.shift && this.#fits(time + other.shift)) return other.shift;
    return own ? own.continued + Math.min(own.step, MAX_AHEAD) - time : this.#newest - time;
  }

  /** @param {number} continued */
  #fits(continued) {
    return continued >= this.#newest - MAX_BEHIND && continued <= this.#newest + MAX_AHEAD;
  }
}
