/**
 * How much of what we send may be on its way.
 *
 * @module
 */

import { after } from "../time/idle.ts";

/** The limit types of Set Peer Bandwidth (RTMP 1.0, section 5.4.5). */
export const LimitType = { Hard: 0, Soft: 1, Dynamic: 2 } as const;

/** Sequence numbers have 32 bits. */
const SEQUENCE_NUMBERS = 2 ** 32;

/**
 * How long we wait for an acknowledgement, in milliseconds. A peer that takes longer does not mean
 * its limit: some never acknowledge again, some count from 0 again after 4 GB.
 */
const ACKNOWLEDGEMENT_TIMEOUT = 2_000;

/**
 * The window of bytes that a peer lets us send without its acknowledgement. It is kept only with
 * peers that do acknowledge, and as long as they do. What keeps the connection going is counted but
 * never waits.
 */
export class SendWindow {
  #limit = Infinity;
  #isHard = false;
  #sent = 0;
  /** What the peer has acknowledged of it; `undefined` before the first acknowledgement. */
  #acknowledged: number | undefined;
  /** Callers that wait for room. */
  #waiters: (() => void)[] = [];

  /** Counts bytes that go to the peer. */
  add(bytes: number): void {
    this.#sent += bytes;
  }

  /** The peer has asked for a limit. "Dynamic" is one only after a hard one (section 5.4.5). */
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
   * The peer says how many bytes it has received, modulo 2^32. One that counts the handshake too is
   * ahead of us.
   */
  acknowledge(sequenceNumber: number): void {
    const behind = (this.#sent - sequenceNumber) % SEQUENCE_NUMBERS;
    const onTheWay = behind < 0 ? behind + SEQUENCE_NUMBERS : behind;
    this.#acknowledged = this.#sent - (onTheWay < SEQUENCE_NUMBERS / 2 ? onTheWay : 0);
    this.#wake();
  }

  /** A promise for when more may be sent, if that is not now. */
  ready(): Promise<void> | undefined {
    if (this.#isReady) return undefined;
    const stop = after(ACKNOWLEDGEMENT_TIMEOUT, () => this.removeLimit());
    return new Promise<void>((resolve) => this.#waiters.push(resolve))
      .finally(stop);
  }

  /** There is no limit any more: the connection has ended, or the peer does not keep its part. */
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
