/**
 * What became of the tags that consumers were to get.
 *
 * @module
 */

import type { DropReason } from "./consumer.ts";
import { type MediaCounts, noMedia } from "./counts.ts";
import { addMedia, total } from "./media_sums.ts";

/** What became of tags on their way to consumers. */
export interface ConsumerCounts {
  /** What they have taken. */
  delivered: MediaCounts;
  /** What they have not been given, by reason. */
  dropped: Partial<Record<DropReason, MediaCounts>>;
}

/** The same with where it came from: offered = delivered + in flight + dropped. */
export interface ConsumerAccount extends ConsumerCounts {
  /** What was published for them. */
  offered: MediaCounts;
  /** What waits for them. */
  inFlight: MediaCounts;
}

/** Counts that stand at zero. */
export function noConsumption(): ConsumerCounts {
  return { delivered: noMedia(), dropped: {} };
}

/** The same with where it came from. */
export function noAccount(): ConsumerAccount {
  return { offered: noMedia(), inFlight: noMedia(), ...noConsumption() };
}

/** Adds counts to a sum. */
export function addConsumption(sum: ConsumerCounts, counts: ConsumerCounts): void {
  addMedia(sum.delivered, counts.delivered);
  for (const [reason, dropped] of Object.entries(counts.dropped)) {
    addMedia(sum.dropped[reason as DropReason] ??= noMedia(), dropped);
  }
}

/** Adds an account to a sum. */
export function addAccount(sum: ConsumerAccount, account: ConsumerAccount): void {
  addMedia(sum.offered, account.offered);
  addMedia(sum.inFlight, account.inFlight);
  addConsumption(sum, account);
}

/** All that was dropped, whatever the reason. */
export function allDropped({ dropped }: ConsumerCounts): MediaCounts {
  const sum = noMedia();
  for (const counts of Object.values(dropped)) addMedia(sum, counts);
  return sum;
}

/** Offered − delivered − in flight − dropped, in tags: anything but 0 is a bug of ours. */
export function balanceOf(account: ConsumerAccount): number {
  const { offered, delivered, inFlight } = account;
  return total(offered) - total(delivered) - total(inFlight) - total(allDropped(account));
}

/** An account as the API shows it: of what waits only what there is. */
export function accountToJson(account: ConsumerAccount): Record<string, unknown> {
  const { offered, delivered, inFlight, dropped } = account;
  const waiting = Object.entries(inFlight).filter(([, count]) => count > 0);
  return { offered, delivered, inFlight: Object.fromEntries(waiting), dropped };
}
