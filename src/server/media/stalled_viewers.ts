/**
 * A check for viewers that do not read.
 *
 * @module
 */

import type { Subscription } from "../../channel/subscription.ts";
import { atIntervals } from "../../time/at_intervals.ts";

/** Interval between checks for stalled viewers, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/** Finds stalled viewers, with one timer for all of them. */
export class StalledViewers {
  readonly #timeout: number;
  readonly #interval: number;
  /** Callbacks that disconnect a viewer, by its subscription. */
  readonly #viewers = new Map<Pick<Subscription, "stalledFor">, () => void>();
  /** Stops the timer, which runs while there are viewers. */
  #stop: (() => void) | undefined;

  /**
   * @param timeout How long a viewer may read nothing, in milliseconds.
   * @param interval Interval between checks, in milliseconds: 1,000.
   */
  constructor(timeout: number, interval: number = CHECK_INTERVAL) {
    this.#timeout = timeout;
    this.#interval = interval;
  }

  /** Watches a viewer until its subscription is done; calls `cut` once when it has stalled. */
  watch(subscription: Pick<Subscription, "stalledFor" | "done">, cut: () => void): void {
    this.#viewers.set(subscription, cut);
    this.#stop ??= atIntervals(this.#interval, () => this.#check());
    subscription.done.then(() => this.#forget(subscription));
  }

  #check(): void {
    for (const [subscription, cut] of this.#viewers) {
      if (subscription.stalledFor < this.#timeout) continue;
      this.#forget(subscription);
      cut();
    }
  }

  #forget(subscription: Pick<Subscription, "stalledFor">): void {
    this.#viewers.delete(subscription);
    if (this.#viewers.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }
}
