/**
 * Steps of a source, one after the other.
 *
 * @module
 */

/**
 * Runs steps that end by a call: before they return, in which case the next one begins in a loop and
 * not deeper in the stack, or later.
 */
export class Stepper {
  readonly #step: () => void;
  readonly #isToGoOn: () => boolean;
  #isStepping = false;
  /** The step ends later than the call by which it was begun. */
  #isWaiting = false;

  /**
   * @param step Begins a step.
   * @param isToGoOn Called after each step: whether another one follows at once.
   */
  constructor(step: () => void, isToGoOn: () => boolean) {
    this.#step = step;
    this.#isToGoOn = isToGoOn;
  }

  /** Whether a step has not ended. */
  get isStepping(): boolean {
    return this.#isStepping;
  }

  /** Begins a step, after which others may follow. */
  run(): void {
    do {
      this.#isStepping = true;
      this.#step();
      this.#isWaiting = this.#isStepping;
    } while (!this.#isWaiting && this.#isToGoOn());
  }

  /** Ends the step. */
  endStep(): void {
    this.#isStepping = false;
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    if (this.#isToGoOn()) this.run();
  }
}
