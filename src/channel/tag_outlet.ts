/**
 * The stream of tags that a consumer reads, and what waits in it.
 *
 * @module
 */

import { TIME_SLICE } from "../time/time_slice.ts";
import type { Clock } from "../time/clock.ts";
import { copyTag, type FlvTag } from "../flv/flv_tag.ts";
import type { DropReason } from "../ledger/consumer.ts";
import type { ConsumerShare } from "../ledger/consumer_share.ts";
import { type MediaCounts, type MediaKind, noMedia } from "../ledger/counts.ts";
import { MappedSource } from "../pipeline/mapped_source.ts";
import { Outlet } from "../pipeline/outlet.ts";
import type { Source } from "../pipeline/source.ts";
import { SourceStream } from "../pipeline/source_stream.ts";
import type { CountedTag } from "./counted_tag.ts";
import type { MediaBudget } from "./media_budget.ts";
import { TagQueue } from "./tag_queue.ts";
import { waitedSince } from "../time/standstill.ts";

/** Bytes that may wait for a lossless consumer before the publisher is held back. */
export const LOSSLESS_QUEUE_BYTES = 1024 * 1024;

/**
 * Bytes that may wait for a lossless consumer once another publication has the name: room for what
 * its own had sent last, so that a consumer which does not read holds back no publication but its
 * own.
 */
export const LOSSLESS_TAIL_BYTES = 16 * 1024 * 1024;

/**
 * Bytes that may wait for a live consumer before it is skipped forward, beside what it was given at
 * once when it came.
 */
export const LIVE_QUEUE_BYTES = 16 * 1024 * 1024;

/** Milliseconds that a tag may wait for a live consumer before it is skipped forward. */
export const LIVE_QUEUE_TIME = 10_000;

/** What an outlet has of its consumer. */
export interface TagOutletContext {
  readonly clock: Clock;
  /** Where what waits is counted. */
  readonly budget: MediaBudget | undefined;
  /** Whether each tag of the stream is copied for the consumer. */
  readonly copies: boolean;
  /** Bytes that may wait before the publisher is held back, to begin with. */
  readonly maxBytes: number;
  /** Something of a share has been taken or dropped. */
  settle(share: ConsumerShare): void;
  /** The consumer has read everything, or has left. */
  over(): void;
}

/** Hands tags to a consumer at once when it waits for one, and queues them while it does not. */
export class TagOutlet {
  /** What the consumer reads. */
  readonly tags: ReadableStream<FlvTag>;
  /** The same with what the channel knows of them, and never copied. It is used instead. */
  readonly counted: Source<CountedTag>;
  readonly #context: TagOutletContext;
  readonly #queue: TagQueue;
  readonly #outlet: Outlet<CountedTag>;
  /**
   * Since when the consumer has not asked for what waits for it, by the clock; `undefined` if it has.
   */
  #stalledSince: number | undefined;
  /** Bytes that wait of what the consumer was given at once when it came. */
  #headStart = 0;
  #ended = false;
  #isOver = false;
  /** Bytes that may wait before the publisher is held back. */
  #maxBytes: number;
  /** The error that the consumer gets after the last waiting tag, instead of the end. */
  #failure: { error: unknown } | undefined;
  /** Resumes a publisher that waits for room here. */
  #makeRoom: (() => void) | undefined;

  constructor(context: TagOutletContext) {
    this.#context = context;
    this.#maxBytes = context.maxBytes;
    this.#queue = new TagQueue(context.clock, context.budget);
    this.counted = this.#outlet = new Outlet({
      wanted: () => this.#wanted(),
      left: () => this.#leave(),
    });
    const given = context.copies ? copyOf : tagOf;
    // Such tags are the consumer's own, or it shares them.
    this.tags = new SourceStream(new MappedSource(this.#outlet, given), (tag) => tag);
  }

  /** Whether nothing more is given. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Whether the consumer has read everything, or has left. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether a live consumer is too far behind, without what it was given at once when it came. */
  get isBehind(): boolean {
    return this.#queue.bytes - this.#headStart > LIVE_QUEUE_BYTES ||
      this.#queue.age > LIVE_QUEUE_TIME;
  }

  /** All bytes that wait. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /** For how long the first tag has been waiting, in milliseconds; 0 if none waits. */
  get age(): number {
    return this.#queue.age;
  }

  /** For how long the consumer has not asked for the tags that wait for it, in milliseconds. */
  get stalledFor(): number {
    if (this.#queue.length === 0 || this.#stalledSince === undefined) return 0;
    return waitedSince(this.#stalledSince, this.#context.clock);
  }

  /** Takes what `give` gives as what the consumer gets at once. */
  giveAtOnce(give: () => void): void {
    this.#headStart = Infinity;
    give();
    this.#headStart = this.#queue.bytes;
  }

  /** Gives a tag, which is counted in a share as one of a kind. */
  give(counted: CountedTag, kind: MediaKind, share: ConsumerShare): void {
    if (this.#queue.length === 0) {
      if (this.#outlet.isWanted) return this.#deliver(counted, kind, share);
      this.#stalledSince ??= this.#context.clock.now();
    }
    share.inFlight[kind]++;
    this.#queue.push(counted, kind, share);
  }

  /** Resolves when there is room for another tag; `undefined` if there is, or none is given. */
  room(): Promise<void> | undefined {
    if (this.#ended || this.#queue.bytes < this.#maxBytes) return undefined;
    return new Promise((resolve) => this.#makeRoom = resolve);
  }

  /** Lets more bytes wait before the publisher is held back. */
  widen(maxBytes: number): void {
    this.#maxBytes = Math.max(this.#maxBytes, maxBytes);
    if (this.#queue.bytes < this.#maxBytes) this.#release();
  }

  /** Drops all that waits, and returns what it was. */
  drop(reason: DropReason): MediaCounts {
    const dropped = noMedia();
    for (const { kind, share } of this.#queue.clear()) {
      share.inFlight[kind]--;
      share.drop(kind, reason);
      dropped[kind]++;
      this.#context.settle(share);
    }
    this.#headStart = 0;
    this.#release();
    return dropped;
  }

  /** Gives nothing more; what waits can still be read. */
  end(): void {
    this.#ended = true;
    this.#release();
    if (this.#queue.length === 0) this.#finish();
  }

  /** The same with an error, which the consumer gets after the waiting tags. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  /** Delivers tags in turns with all other work: a thousand tags may wait for a thousand players. */
  #wanted(): Promise<void> | void {
    this.#stalledSince = undefined;
    if (this.#queue.length === 0) return;
    const turn = TIME_SLICE.yieldIfSpent(0);
    return turn ? turn.then(() => this.#next()) : this.#next();
  }

  #next(): void {
    if (!this.#outlet.isWanted) return;
    const { bytes } = this.#queue;
    const next = this.#queue.shift();
    this.#headStart = Math.max(0, this.#headStart - bytes + this.#queue.bytes);
    if (!next) return;
    if (this.#queue.length > 0) this.#stalledSince = this.#context.clock.now();
    const { counted, kind, share } = next;
    share.inFlight[kind]--;
    this.#deliver(counted, kind, share);
    this.#context.settle(share);
    if (this.#queue.bytes < this.#maxBytes) this.#release();
    if (this.#ended && this.#queue.length === 0) this.#finish();
  }

  #deliver(counted: CountedTag, kind: MediaKind, share: ConsumerShare): void {
    share.delivered[kind]++;
    this.#outlet.give(counted);
  }

  #leave(): void {
    this.drop("consumer-left");
    this.#over();
  }

  #finish(): void {
    if (this.#isOver) return;
    if (this.#failure) this.#outlet.fail(this.#failure.error);
    else this.#outlet.end();
    this.#over();
  }

  #over(): void {
    this.#isOver = true;
    this.#ended = true;
    this.#context.over();
  }

  #release(): void {
    this.#makeRoom?.();
    this.#makeRoom = undefined;
  }
}

const tagOf = ({ tag }: CountedTag): FlvTag => tag;

const copyOf = ({ tag }: CountedTag): FlvTag => copyTag(tag);
