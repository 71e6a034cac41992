/**
 * Time slices of the event loop: messages of peers must not block timers, HTTP and other peers.
 *
 * @module
 */

/** The longest work for all peers together before the event loop runs again, in milliseconds. */
const SLICE_MS = 8;

/**
 * The gap between two pieces of work above which it counts as idle time, in milliseconds. Such a gap
 * does not begin a new slice: the event loop may not have run in it, if the garbage collector did.
 */
const IDLE_GAP_MS = 0.5;

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
export class TimeSlice {
  /** When the slice began, by `performance.now()`, with its idle time left out. */
  #startedAt = performance.now();
  /** When work for a peer last began or ended. */
  #lastActiveAt = performance.now();
  /** Since the last clock check. */
  #messages = 0;
  #bytes = 0;
  /** Whether the slice is spent, and work has to wait for the next one. */
  #isSpent = false;
  /** Callers that wait for the next slice, in order of arrival. */
  #waiting: (() => void)[] = [];

  /** The number of callers that wait for a slice. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Notes that work begins: bytes have arrived from the network. */
  start(): void {
    const now = performance.now();
    const idle = now - this.#lastActiveAt;
    if (idle > IDLE_GAP_MS) this.#startedAt += idle;
    this.#lastActiveAt = now;
  }

  /** Notes that this work is done. */
  stop(): void {
    this.#lastActiveAt = performance.now();
  }

  /** Begins work that is not a peer's. Returns a promise if it has to wait for the next slice. */
  enter(): Promise<void> | undefined {
    this.start();
    return this.yieldIfSpent(Infinity);
  }

  /**
   * Called before each message. Returns a promise if the message has to wait for the next slice.
   *
   * @param bytes The size of the message; `Infinity` to check the clock in any case.
   */
  yieldIfSpent(bytes: number): Promise<void> | undefined {
    if (!this.#isSpent) {
      this.#bytes += bytes;
      if (++this.#messages < MESSAGES_BETWEEN_CHECKS && this.#bytes < BYTES_BETWEEN_CHECKS) {
        return undefined;
      }
      this.#messages = this.#bytes = 0;
      this.#lastActiveAt = performance.now();
      if (this.#lastActiveAt - this.#startedAt < SLICE_MS) return undefined;
      this.#endSlice();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #endSlice(): void {
    this.#isSpent = true;
    setTimeout(() => void this.#startNext(), 0);
  }

  /** Starts a slice after the event loop has run: callers resume one by one until it is spent. */
  async #startNext(): Promise<void> {
    this.#startedAt = this.#lastActiveAt = performance.now();
    this.#isSpent = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    let served = 0;
    while (served < waiting.length && !this.#isSpent) {
      waiting[served++]!();
      // The caller runs until it awaits something.
      await undefined;
      if (performance.now() - this.#startedAt > SLICE_MS) break;
    }
    const left = waiting.slice(served);
    if (left.length === 0) return;
    // Callers that have been served queue after those that have not.
    this.#waiting = [...left, ...this.#waiting];
    if (!this.#isSpent) this.#endSlice();
  }
}

/** The time slice of all peers: a program has one event loop. */
export const TIME_SLICE: TimeSlice = new TimeSlice();
