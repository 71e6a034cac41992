// @ts-check
/**
 * The retry delays of the player, which grow with each failure.
 *
 * @module
 */

/** Delays before each retry, in milliseconds; the first are short, since most failures are. */
const DELAYS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** The largest slack, in milliseconds. */
const MAX_SLACK = 4_000;

/** The number of failed tries that are not shown to the viewer. */
const UNREPORTED_TRIES = 3;

/** The tries since the last stable playback. */
export class Retries {
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** Whether a retry is scheduled. */
  get isWaiting() {
    return this.#timer !== undefined;
  }

  /** Whether the viewer should see the problem. */
  get shouldReport() {
    return this.#tries > UNREPORTED_TRIES;
  }

  /** The additional time that the present try may take, in milliseconds. */
  get slack() {
    return Math.min(DELAYS[this.#tries] ?? 0, MAX_SLACK);
  }

  /**
   * Schedules a retry.
   *
   * @param {() => void} run
   */
  schedule(run) {
    this.cancel();
    this.#timer = setTimeout(run, DELAYS[this.#tries]);
    this.#tries = Math.min(this.#tries + 1, DELAYS.length - 1);
  }

  /** Cancels the scheduled retry. */
  cancel() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Resets the number of tries, after stable playback. */
  reset() {
    this.#tries = 0;
  }
}
