/**
 * What one consumer has had of one publication.
 *
 * @module
 */

import type { ConsumerLedger, DropReason } from "./consumer_ledger.ts";
import { type MediaCounts, type MediaKind, noMedia } from "./counts.ts";

/** What became of the tags of a publication on their way to consumers of one kind. */
export interface ConsumerCounts {
  /** What they have taken. */
  delivered: MediaCounts;
  /** What they have not been given, by reason. */
  dropped: Partial<Record<DropReason, MediaCounts>>;
}

/**
 * A consumer that stays for the next publication of a name takes its books along. What it has had
 * of one of them is what has come since it was added there.
 */
export class ConsumerShare {
  /** Its books, from its very beginning. */
  readonly consumer: ConsumerLedger;
  readonly #before: ConsumerCounts = noConsumption();

  /** Begins with what comes from now on. */
  constructor(consumer: ConsumerLedger) {
    this.consumer = consumer;
    addConsumption(this.#before, consumer);
  }

  /** What it has had so far. */
  counts(): ConsumerCounts {
    const counts = noConsumption();
    addConsumption(counts, this.consumer);
    addConsumption(counts, this.#before, -1);
    return counts;
  }
}

/** Counts that stand at zero. */
export function noConsumption(): ConsumerCounts {
  return { delivered: noMedia(), dropped: {} };
}

/** Adds counts to a sum, or takes them away with a `sign` of -1. */
export function addConsumption(
  sum: ConsumerCounts,
  counts: ConsumerCounts,
  sign: 1 | -1 = 1,
): void {
  addMedia(sum.delivered, counts.delivered, sign);
  for (const [reason, dropped] of Object.entries(counts.dropped)) {
    addMedia(sum.dropped[reason as DropReason] ??= noMedia(), dropped, sign);
  }
}

/** The same for what was dropped, or for any other of these counts. */
export function addMedia(sum: MediaCounts, counts: MediaCounts, sign: 1 | -1 = 1): void {
  for (const kind of Object.keys(sum) as MediaKind[]) sum[kind] += sign * counts[kind];
}
