/**
 * Counts of the tags that consumers were offered, and of those they got.
 *
 * @module
 */

import type { DropReason } from "./consumer.ts";
import { type MediaCounts, noMedia } from "./counts.ts";
import { addMedia, total } from "./media_sums.ts";

/** Tags that consumers have received, and tags that were dropped. */
export interface ConsumerCounts {
  /** Tags that they have received. */
  delivered: MediaCounts;
  /** Tags that they did not receive, by reason. */
  dropped: Partial<Record<DropReason, MediaCounts>>;
}

/** The complete account of consumers: offered = delivered + in flight + dropped. */
export interface ConsumerAccount extends ConsumerCounts {
  /** Tags that were published while they were there. */
  offered: MediaCounts;
  /** Tags that wait for them. */
  inFlight: MediaCounts;
}

/** Counts of zero. */
export function noConsumerCounts(): ConsumerCounts {
  return { delivered: noMedia(), dropped: {} };
}

/** An account of zero. */
export function noAccount(): ConsumerAccount {
  return { offered: noMedia(), inFlight: noMedia(), ...noConsumerCounts() };
}

/** Adds counts to a sum. */
export function addConsumerCounts(sum: ConsumerCounts, counts: ConsumerCounts): void {
  addMedia(sum.delivered, counts.delivered);
  for (const [reason, dropped] of Object.entries(counts.dropped)) {
    addMedia(sum.dropped[reason as DropReason] ??= noMedia(), dropped);
  }
}

/** Adds an account to a sum. */
export function addAccount(sum: ConsumerAccount, account: ConsumerAccount): void {
  addMedia(sum.offered, account.offered);
  addMedia(sum.inFlight, account.inFlight);
  addConsumerCounts(sum, account);
}

/** All dropped tags, for every reason. */
export function allDropped({ dropped }: ConsumerCounts): MediaCounts {
  const sum = noMedia();
  for (const counts of Object.values(dropped)) addMedia(sum, counts);
  return sum;
}

/** Offered − delivered − in flight − dropped, in tags: any value but 0 is a bug. */
export function balanceOf(account: ConsumerAccount): number {
  const { offered, delivered, inFlight } = account;
  return total(offered) - total(delivered) - total(inFlight) - total(allDropped(account));
}

/** An account as the API shows it; counts of zero in flight are left out. */
export function accountToJson(account: ConsumerAccount): Record<string, unknown> {
  const { offered, delivered, inFlight, dropped } = account;
  const waiting = Object.entries(inFlight).filter(([, count]) => count > 0);
  return { offered, delivered, inFlight: Object.fromEntries(waiting), dropped };
}
