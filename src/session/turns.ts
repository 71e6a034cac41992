/**
 * Turns: what one peer sends must not keep the program from all others.
 *
 * @module
 */

/** For how long one peer may be served without others getting their turn, in milliseconds. */
const LONGEST_TURN = 10;

/** Messages after which it is looked at the clock. */
const MESSAGES_BETWEEN_LOOKS = 64;

/**
 * Watches over the work for one peer. Promises alone never let timers and sockets have their turn,
 * and a network read can hold a quarter of a million messages: empty ones take a byte each.
 */
export class Turns {
  #began = performance.now();
  #messages = 0;

  /** A turn has begun: something new has come from the network. */
  begin(): void {
    this.#began = performance.now();
  }

  /** Is awaited after each message: a promise when it is the turn of others. */
  passed(): Promise<void> | undefined {
    if (++this.#messages % MESSAGES_BETWEEN_LOOKS !== 0) return undefined;
    if (performance.now() - this.#began < LONGEST_TURN) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.begin();
        resolve();
      }, 0);
    });
  }
}
