// @ts-check
/**
 * When the player tries again: soon after the first faults, later after each further one.
 *
 * @module
 */

/** Waits before the next try, in milliseconds: the first follow fast, since most faults pass. */
const DELAYS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** The last of them that what follows a try may take longer than usual. */
const MAX_SLACK = 4_000;

/** After more tries in vain than this the viewer is told why. */
const UNREPORTED_TRIES = 3;

/** The tries since something has played. */
export class Retries {
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** Whether the next try is waited for. */
  get isWaiting() {
    return this.#timer !== undefined;
  }

  /** Whether there were so many in vain that the viewer is to know why. */
  get shouldReport() {
    return this.#tries > UNREPORTED_TRIES;
  }

  /** Milliseconds that what is begun now may take beyond the usual. */
  get slack() {
    return Math.min(DELAYS[this.#tries] ?? 0, MAX_SLACK);
  }

  /**
   * Tries again after a while.
   *
   * @param {() => void} run
   */
  schedule(run) {
    this.cancel();
    this.#timer = setTimeout(run, DELAYS[this.#tries]);
    this.#tries = Math.min(this.#tries + 1, DELAYS.length - 1);
  }

  /** Waits for no try any longer. */
  cancel() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Something has played: the next try is a first one again. */
  reset() {
    this.#tries = 0;
  }
}
