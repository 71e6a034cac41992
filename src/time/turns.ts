/**
 * Turns of the event loop: messages of peers must not block timers, HTTP and other peers.
 *
 * @module
 */

/** The longest work for all peers together before the event loop runs again, in milliseconds. */
const LONGEST_TURN = 8;

/**
 * The gap between two pieces of work above which it counts as idle time, in milliseconds. Such a gap
 * does not begin a new turn: the event loop may not have run in it, if the garbage collector did.
 */
const PAUSE = 0.5;

/** Messages handled between two clock checks. */
const MESSAGES_BETWEEN_CHECKS = 64;

/** Bytes of messages handled between two clock checks: the cost of a message grows with its size. */
const BYTES_BETWEEN_CHECKS = 64 * 1024;

/**
 * Divides the event loop among peers. Promises alone never let timers and sockets run, and a network
 * read can hold a quarter of a million messages: empty ones take a byte each. Time limits for each
 * peer would add up, so there is one for all peers together. When it has passed, they wait in a
 * queue.
 */
export class Turns {
  /** When the turn began, by `performance.now()`, with its idle time left out. */
  #began = performance.now();
  /** When work for a peer last began or ended. */
  #seen = performance.now();
  /** Since the last clock check. */
  #messages = 0;
  #bytes = 0;
  /** Whether the turn is over, and work has to wait for the next one. */
  #isOver = false;
  /** Callers that wait for the next turn, in order of arrival. */
  #waiting: (() => void)[] = [];

  /** The number of callers that wait for a turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Notes that work begins: bytes have arrived from the network. */
  begin(): void {
    const now = performance.now();
    const idle = now - this.#seen;
    if (idle > PAUSE) this.#began += idle;
    this.#seen = now;
  }

  /** Notes that this work is done. */
  end(): void {
    this.#seen = performance.now();
  }

  /** Begins work that is not a peer's. Returns a promise if it has to wait for the next turn. */
  enter(): Promise<void> | undefined {
    this.begin();
    return this.take(Infinity);
  }

  /**
   * Called before each message. Returns a promise if the message has to wait for the next turn.
   *
   * @param bytes The size of the message; `Infinity` to check the clock in any case.
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

  /** Starts a turn after the event loop has run: callers resume one by one until its time is over. */
  async #next(): Promise<void> {
    this.#began = this.#seen = performance.now();
    this.#isOver = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    let served = 0;
    while (served < waiting.length && !this.#isOver) {
      waiting[served++]!();
      // The caller runs until it awaits something.
      await undefined;
      if (performance.now() - this.#began > LONGEST_TURN) break;
    }
    const left = waiting.slice(served);
    if (left.length === 0) return;
    // Callers that have had a turn queue after those that have not.
    this.#waiting = [...left, ...this.#waiting];
    if (!this.#isOver) this.#finish();
  }
}

/** The turns of all peers: a program has one event loop. */
export const TURNS: Turns = new Turns();
