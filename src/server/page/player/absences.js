// @ts-check
/**
 * Kinds of media that an encoder has stopped sending, and may send again.
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */

/**
 * The longest that a kind of media has to flow before it is worth an interruption, in milliseconds.
 */
const MAX_LATENESS = 30_000;

/** The same after the first interruption. */
const FIRST_LATENESS = 1_000;

/** A kind of media that did not stop for this long does not do so all the time, in milliseconds. */
const CALM_TIME = 30_000;

/** What is absent from a stream, over all feeds of it. */
export class Absences {
  /**
   * Kinds that have stopped, and for how long they have to flow to be shown again.
   *
   * @type {Map<Kind, number>}
   */
  kinds = new Map();
  /** For how long a kind that is not played has to flow, in milliseconds. */
  lateness = 0;
  #notedAt = -Infinity;

  /**
   * Takes what is absent now. An encoder whose sound stops again and again should not interrupt the
   * picture each time.
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

  /** Nothing is known of the stream that follows. */
  reset() {
    this.kinds = new Map();
    this.lateness = 0;
  }
}
