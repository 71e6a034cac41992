/**
 * Turns: what peers send must not keep the event loop from everything else.
 *
 * @module
 */

/** Work for all peers together, in milliseconds, after which the event loop goes round. */
const LONGEST_TURN = 8;

/**
 * Milliseconds between two pieces of work above which they count as idle time. They do not begin a new
 * turn: the event loop need not have gone round in them, as when the collector has run.
 */
const PAUSE = 0.5;

/** Messages handled between two clock checks. */
const MESSAGES_BETWEEN_CHECKS = 64;

/** Bytes of messages handled between two clock checks: what a message costs grows with its size. */
const BYTES_BETWEEN_CHECKS = 64 * 1024;

/**
 * Shares the event loop out. Promises alone never let timers and sockets have their turn, and a
 * network read can hold a quarter of a million messages: empty ones take a byte each. Time limits for
 * each peer would add up over all of them; so there is one for all, and when it has passed they wait
 * in a line.
 */
export class Turns {
  /** When the turn began, by `performance.now()`, with its idle time left out. */
  #began = performance.now();
  /** When work for a peer last began or ended. */
  #seen = performance.now();
  /** Since the last clock check. */
  #messages = 0;
  #bytes = 0;
  /** The turn is over: work that goes on has to wait for the next one. */
  #isOver = false;
  /** Those who wait, in the order in which they came. */
  #waiting: (() => void)[] = [];

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Something has come from the network. */
  begin(): void {
    const now = performance.now();
    const idle = now - this.#seen;
    if (idle > PAUSE) this.#began += idle;
    this.#seen = now;
  }

  /** All of it has been dealt with. */
  end(): void {
    this.#seen = performance.now();
  }

  /** Begins work that is not a peer's: a promise when it is the turn of others. */
  enter(): Promise<void> | undefined {
    this.begin();
    return this.take(Infinity);
  }

  /**
   * Is awaited before each message: a promise when it is the turn of others.
   *
   * @param bytes Those of the message; `Infinity` to have the clock checked in any case.
   */
  take(bytes: number): Promise<void> | undefined {
    if (!this.#isOver) {
      this.#bytes += bytes;
      if (++this.#messages < MESSAGES_BETWEEN_CHECKS && this.#bytes < BYTES_BETWEEN_CHECKS) {
        return undefined;
      }
      this.#messages = this.#bytes = 0;
      this.#seen = performance.now();
      if (this.#seen - this.#began < LONGEST_TURN) return undefined;
      this.#finish();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #finish(): void {
    this.#isOver = true;
    setTimeout(() => void this.#next(), 0);
  }

  /** The event loop has gone round: those who wait go on one by one, as long as there is time. */
  async #next(): Promise<void> {
    this.#began = this.#seen = performance.now();
    this.#isOver = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    let served = 0;
    while (served < waiting.length && !this.#isOver) {
      waiting[served++]!();
      // It goes on until it waits for something.
      await undefined;
      if (performance.now() - this.#began > LONGEST_TURN) break;
    }
    const left = waiting.slice(served);
    if (left.length === 0) return;
    // Those who have had a turn are after those who have not.
    this.#waiting = [...left, ...this.#waiting];
    if (!this.#isOver) this.#finish();
  }
}

/** The turns of all peers: a program has one event loop. */
export const TURNS: Turns = new Turns();
