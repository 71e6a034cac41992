/**
 * The queue of tags for a consumer.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { ConsumerShare } from "../ledger/consumer_share.ts";
import type { MediaKind } from "../ledger/counts.ts";
import { type CountedTag, sizeOf } from "./counted_tag.ts";
import type { MediaBudget } from "./media_budget.ts";
import { waitedSince } from "../time/standstill.ts";

/** A queued tag, and the share in which it is counted. */
export interface QueuedTag {
  readonly counted: CountedTag;
  /** What it is counted as there, whatever the consumer's own code has made of it. */
  readonly kind: MediaKind;
  readonly share: ConsumerShare;
}

interface Waiting extends QueuedTag {
  /** When it was queued, by the clock. */
  readonly since: number;
}

/** The number of removed entries after which the list is compacted. */
const COMPACT_AFTER = 64;

/** A queue that knows its size in bytes and in time. */
export class TagQueue {
  readonly #clock: Clock;
  readonly #budget: MediaBudget | undefined;
  #waiting: Waiting[] = [];
  #taken = 0;
  #bytes = 0;

  /** @param budget Counts the queued tags together with those of other queues and caches. */
  constructor(clock: Clock = performance, budget?: MediaBudget) {
    this.#clock = clock;
    this.#budget = budget;
  }

  /** The number of queued tags. */
  get length(): number {
    return this.#waiting.length - this.#taken;
  }

  /** The size of the queued tags in bytes ({@linkcode sizeOf}). */
  get bytes(): number {
    return this.#bytes;
  }

  /** How long the first tag has been queued, in milliseconds; 0 if the queue is empty. */
  get age(): number {
    const first = this.#waiting[this.#taken];
    return first ? waitedSince(first.since, this.#clock) : 0;
  }

  /** Adds a tag at the end. */
  push(counted: CountedTag, kind: MediaKind, share: ConsumerShare): void {
    this.#waiting.push({ counted, kind, share, since: this.#clock.now() });
    this.#bytes += sizeOf(counted.tag);
    this.#budget?.retain(counted);
  }

  /** Removes and returns the first tag. */
  shift(): QueuedTag | undefined {
    const first = this.#waiting[this.#taken];
    if (!first) return undefined;
    const { tag } = first.counted;
    this.#bytes -= sizeOf(tag);
    this.#budget?.release(first.counted);
    this.#taken++;
    if (this.length === 0) this.#empty();
    else if (this.#taken > COMPACT_AFTER && 2 * this.#taken > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#taken);
      this.#taken = 0;
    }
    return first;
  }

  /** Removes and returns all tags. */
  clear(): QueuedTag[] {
    const waiting = this.#waiting.slice(this.#taken);
    this.#empty();
    if (this.#budget) { for (const { counted } of waiting) this.#budget.release(counted); }
    return waiting;
  }

  #empty(): void {
    this.#waiting = [];
    this.#taken = 0;
    this.#bytes = 0;
  }
}
