/**
 * Detection of live consumers that are too slow, and of their recovery.
 *
 * @module
 */

import type { DropReason } from "../ledger/consumer.ts";
import type { Clock } from "../time/clock.ts";
import { type MediaCounts, noMedia } from "../ledger/counts.ts";
import { addMedia } from "../ledger/media_sums.ts";

/**
 * The time without a skip after which a consumer has recovered, in milliseconds. It is twice the
 * time that a consumer may be behind, so that one which is always too slow has one lag, not one for
 * each keyframe.
 */
export const LAG_RECOVERY_TIME = 20_000;

/** A period in which a live consumer is too slow. */
export interface Lag {
  /** `false` when the lag begins, `true` when it is over. */
  readonly isOver: boolean;
  /** Bytes that were queued for the consumer when it began. */
  readonly bytes: number;
  /** How long the oldest of them had been queued, in milliseconds. */
  readonly time: number;
  /** The tags that the consumer has lost so far. */
  readonly dropped: MediaCounts;
}

/** Monitors the lags of one consumer. */
export class LagMonitor {
  readonly #notify: (lag: Lag) => void;
  readonly #clock: Clock;
  #lag: { bytes: number; time: number; dropped: MediaCounts } | undefined;
  /** When the consumer got tags again after a skip, by the clock. */
  #resumedAt = Infinity;

  /** @param notify Called when a lag begins, and when it is over. */
  constructor(notify: (lag: Lag) => void, clock: Clock) {
    this.#notify = notify;
    this.#clock = clock;
  }

  /** Records that the consumer is skipped forward, and the queue that is dropped. */
  skip(bytes: number, time: number, dropped: MediaCounts): void {
    const isNew = this.#lag === undefined;
    const lag = this.#lag ??= { bytes, time, dropped: noMedia() };
    addMedia(lag.dropped, dropped);
    this.#resumedAt = Infinity;
    if (isNew) this.#notify({ isOver: false, ...lag, dropped: { ...lag.dropped } });
  }

  /** Records a tag that is dropped while the consumer waits for a keyframe. */
  drop(kind: keyof MediaCounts): void {
    if (this.#lag) this.#lag.dropped[kind]++;
  }

  /** Records a tag that the consumer gets. */
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

/** Whether this reason means that the consumer read too slowly. */
export function isSkip(reason: DropReason): boolean {
  return reason === "slow-subscriber" || reason === "memory-limit";
}
