// @ts-check
/**
 * A clock that advances steadily, even if the encoder's does not: after a jump of an hour ahead, or back
 * to 0, the player would wait for that hour to pass.
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */

/** What follows the newest frame by more than this has jumped, in milliseconds. */
const MAX_AHEAD = 1_000;

/** How far one kind of media may be behind the other, in milliseconds. */
const MAX_BEHIND = 2_000;

/** Times that go back by no more than this are those of a careless encoder, in milliseconds. */
const JITTER = 200;

/** The step over a jump, before the usual one is known, in milliseconds. */
const STEP = 20;

/**
 * What is known of one kind of media, in milliseconds: the encoder's time of its last frame, the time
 * that was made of it, what lies between the two, and the step from the frame before.
 *
 * @typedef {{ time: number, continued: number, shift: number, step: number }} Track
 */

/** Gives each frame a time that suits those before it. */
export class LiveClock {
  /** @type {Map<Kind, Track>} */
  #tracks = new Map();
  #newest = 0;

  /**
   * The time of a frame on a clock that begins at 0 and never jumps. Both kinds of media keep their
   * distance when both jump.
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
    // The other one has jumped just before; or this is the first of its kind.
    if (other && other.shift !== own?.shift && this.#fits(time + other.shift)) return other.shift;
    return own ? own.continued + Math.min(own.step, MAX_AHEAD) - time : this.#newest - time;
  }

  /** @param {number} continued */
  #fits(continued) {
    return continued >= this.#newest - MAX_BEHIND && continued <= this.#newest + MAX_AHEAD;
  }
}
