/**
 * Tags that wait for a consumer.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { ConsumerShare } from "../ledger/consumer_share.ts";
import type { MediaKind } from "../ledger/counts.ts";
import { type CountedTag, sizeOf } from "./counted_tag.ts";
import type { MediaBudget } from "./media_budget.ts";
import { waitedSince } from "../time/standstill.ts";

/** A tag that waits, and the share of its publication in which it is counted. */
export interface QueuedTag {
  readonly counted: CountedTag;
  /** What it is counted as there, whatever the consumer's own code has made of it. */
  readonly kind: MediaKind;
  readonly share: ConsumerShare;
}

interface Waiting extends QueuedTag {
  /** When it came, by the clock. */
  readonly since: number;
}

/** Taken entries at the front of the list before it is moved up. */
const COMPACT_AFTER = 64;

/** A queue that knows its size in bytes and in time. */
export class TagQueue {
  readonly #clock: Clock;
  readonly #budget: MediaBudget | undefined;
  #waiting: Waiting[] = [];
  #taken = 0;
  #bytes = 0;

  /** @param budget Where what waits is counted together with other queues and caches. */
  constructor(clock: Clock = performance, budget?: MediaBudget) {
    this.#clock = clock;
    this.#budget = budget;
  }

  /** How many tags wait. */
  get length(): number {
    return this.#waiting.length - this.#taken;
  }

  /** How many bytes the tags that wait take up, as {@linkcode sizeOf} has it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For how long the first has been waiting, in milliseconds; 0 if none waits. */
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

  /** Takes the first tag. */
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

  /** Takes all tags. */
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
