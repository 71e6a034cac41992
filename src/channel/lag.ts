/**
 * When a live consumer is too slow, and when it keeps up again.
 *
 * @module
 */

import type { DropReason } from "../ledger/consumer.ts";
import type { Clock } from "../time/clock.ts";
import { type MediaCounts, noMedia } from "../ledger/counts.ts";
import { addMedia } from "../ledger/media_sums.ts";

/**
 * Milliseconds without being skipped forward after which a consumer keeps up again: twice the time
 * that it may be behind, so that one which is always too slow lags once, not with each keyframe.
 */
export const LAG_RECOVERY_TIME = 20_000;

/** A time in which a live consumer is too slow. */
export interface Lag {
  /** Whether it is over; else it begins. */
  readonly isOver: boolean;
  /** Bytes that waited for the consumer when it began. */
  readonly bytes: number;
  /** Milliseconds for which the first of them had waited. */
  readonly time: number;
  /** What the consumer has not been given for it, until now. */
  readonly dropped: MediaCounts;
}

/** Watches one consumer, which skips forward when it is too far behind. */
export class LagMonitor {
  readonly #notify: (lag: Lag) => void;
  readonly #clock: Clock;
  #lag: { bytes: number; time: number; dropped: MediaCounts } | undefined;
  /** When the consumer took up again after it was skipped, by the clock. */
  #resumedAt = Infinity;

  /** @param notify Called when a lag begins, and when it is over. */
  constructor(notify: (lag: Lag) => void, clock: Clock) {
    this.#notify = notify;
    this.#clock = clock;
  }

  /** The consumer is skipped forward: so much waited for it, and is dropped. */
  skip(bytes: number, time: number, dropped: MediaCounts): void {
    const isNew = this.#lag === undefined;
    const lag = this.#lag ??= { bytes, time, dropped: noMedia() };
    addMedia(lag.dropped, dropped);
    this.#resumedAt = Infinity;
    if (isNew) this.#notify({ isOver: false, ...lag, dropped: { ...lag.dropped } });
  }

  /** A tag is dropped while the consumer waits for one to begin with. */
  drop(kind: keyof MediaCounts): void {
    if (this.#lag) this.#lag.dropped[kind]++;
  }

  /** The consumer is given a tag. */
  recordDelivery(): void {
    if (!this.#lag) return;
    const now = this.#clock.now();
    if (this.#resumedAt === Infinity) this.#resumedAt = now;
    if (now - this.#resumedAt < LAG_RECOVERY_TIME) return;
    const lag = this.#lag;
    this.#lag = undefined;
    this.#notify({ isOver: true, ...lag });
  }
}

/** Whether tags are left out for this reason because the consumer did not read others. */
export function isSkip(reason: DropReason): boolean {
  return reason === "slow-subscriber" || reason === "memory-limit";
}
