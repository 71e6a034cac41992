// @ts-check
/**
 * The rates of a stream in the last two minutes, from the counters of its ledger.
 *
 * @module
 */

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").Sample} Sample */
/** @typedef {import("./types.ts").Point} Point */

/** How long samples are kept, in milliseconds. */
const SPAN = 120_000;

/** Intervals over which a rate is averaged: a single one would show how packets arrive in bursts. */
const WINDOW = 3;

/** Keeps the counters of one publication, and computes rates. */
export class History {
  /** @type {Sample[]} */
  #samples = [];
  #publication = "";

  /**
   * Adds the present counters of a stream.
   *
   * @param {Stream} stream
   * @param {number} time
   */
  add({ publisher, ledger: { received } }, time) {
    if (publisher.id !== this.#publication) this.#samples = [];
    this.#publication = publisher.id;
    this.#samples.push({ time, bytes: received.bytes, frames: received.videoFrames });
    while (/** @type {Sample} */ (this.#samples[0]).time < time - SPAN) this.#samples.shift();
  }

  /**
   * Bits a second, over time.
   *
   * @returns {Point[]}
   */
  get bitrate() {
    return this.#rate((sample) => 8 * sample.bytes);
  }

  /**
   * Video frames a second, over time.
   *
   * @returns {Point[]}
   */
  get frameRate() {
    return this.#rate((sample) => sample.frames);
  }

  /**
   * @param {(sample: Sample) => number} counter
   * @returns {Point[]}
   */
  #rate(counter) {
    return this.#samples.slice(1).map((sample, index) => {
      const before = /** @type {Sample} */ (this.#samples[Math.max(0, index + 1 - WINDOW)]);
      const seconds = (sample.time - before.time) / 1000;
      return { time: sample.time, value: (counter(sample) - counter(before)) / seconds };
    });
  }
}
