// @ts-check
/**
 * The kinds of media that an encoder has stopped sending, and may send again.
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */

/** The longest time that a kind must arrive before the player restarts for it, in milliseconds. */
const MAX_LATENESS = 30_000;

/** That time after the first restart, in milliseconds. */
const FIRST_LATENESS = 1_000;

/** The time without a stop after which stops no longer count as repeated, in milliseconds. */
const CALM_TIME = 30_000;

/** The absent kinds of a stream, over all of its feeds. */
export class Absences {
  /**
   * The kinds that have stopped, each with the encoder's time of its last frame.
   *
   * @type {Map<Kind, number>}
   */
  kinds = new Map();
  /** How long a kind must arrive before the player restarts for it, in milliseconds. */
  lateness = 0;
  #notedAt = -Infinity;

  /**
   * Updates the absent kinds. If the audio of an encoder stops repeatedly, the video must not be
   * interrupted each time.
   *
   * @param {Map<Kind, number>} kinds
   */
  change(kinds) {
    if (kinds.size > this.kinds.size) {
      const now = performance.now();
      const isFirst = now - this.#notedAt > CALM_TIME;
      this.lateness = isFirst ? 0 : Math.min(2 * this.lateness || FIRST_LATENESS, MAX_LATENESS);
      this.#notedAt = now;
    }
    this.kinds = kinds;
  }

  /** Forgets everything, before another stream. */
  reset() {
    this.kinds = new Map();
    this.lateness = 0;
  }
}
