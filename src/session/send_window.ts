/**
 * The window of sent bytes that are not acknowledged.
 *
 * @module
 */

import { after } from "../time/idle.ts";

/** The limit types of Set Peer Bandwidth (RTMP 1.0, section 5.4.5). */
export const LimitType = { Hard: 0, Soft: 1, Dynamic: 2 } as const;

/** Sequence numbers have 32 bits. */
const SEQUENCE_NUMBERS = 2 ** 32;

/**
 * How long a sender waits for an acknowledgement, in milliseconds. A peer that takes longer does
 * not observe its own limit: some stop acknowledging, and some restart at 0 after 4 GB.
 */
const ACKNOWLEDGEMENT_TIMEOUT = 2_000;

/**
 * The bytes that may be sent to a peer without its acknowledgement. The limit applies only to peers
 * that acknowledge, and as long as they do. Control messages are counted but never wait.
 */
export class SendWindow {
  #limit = Infinity;
  #isHard = false;
  #sent = 0;
  /** The bytes that the peer has acknowledged; `undefined` before the first acknowledgement. */
  #acknowledged: number | undefined;
  /** Callers that wait until more may be sent. */
  #waiters: (() => void)[] = [];

  /** Counts bytes that are sent to the peer. */
  add(bytes: number): void {
    this.#sent += bytes;
  }

  /** Applies a limit of the peer. "Dynamic" counts only after a hard one (section 5.4.5). */
  limitTo(bytes: number, limitType: number): void {
    switch (limitType) {
      case LimitType.Hard:
        this.#limit = bytes;
        break;
      case LimitType.Soft:
        this.#limit = Math.min(this.#limit, bytes);
        break;
      case LimitType.Dynamic:
        if (this.#isHard) this.limitTo(bytes, LimitType.Hard);
        return;
    }
    this.#isHard = limitType === LimitType.Hard;
    this.#wake();
  }

  /**
   * Applies an acknowledgement: the number of bytes that the peer has received, modulo 2^32. It can
   * exceed the sent bytes, since some peers count the handshake.
   */
  acknowledge(sequenceNumber: number): void {
    const behind = (this.#sent - sequenceNumber) % SEQUENCE_NUMBERS;
    const onTheWay = behind < 0 ? behind + SEQUENCE_NUMBERS : behind;
    this.#acknowledged = this.#sent - (onTheWay < SEQUENCE_NUMBERS / 2 ? onTheWay : 0);
    this.#wake();
  }

  /** Returns a promise that resolves when more may be sent; `undefined` if it may be sent now. */
  ready(): Promise<void> | undefined {
    if (this.#isReady) return undefined;
    const stop = after(ACKNOWLEDGEMENT_TIMEOUT, () => this.removeLimit());
    return new Promise<void>((resolve) => this.#waiters.push(resolve))
      .finally(stop);
  }

  /** Removes the limit: the connection has ended, or the peer does not acknowledge. */
  removeLimit(): void {
    this.#limit = Infinity;
    this.#wake();
  }

  get #isReady(): boolean {
    return this.#acknowledged === undefined || this.#sent - this.#acknowledged < this.#limit;
  }

  #wake(): void {
    if (!this.#isReady) return;
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const resume of waiting) resume();
  }
}
