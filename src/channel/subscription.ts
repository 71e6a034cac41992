/**
 * One consumer of a channel, and the tags that wait for it.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { isKeyframe } from "../flv/tag_kind.ts";
import { ConsumerLedger, type ConsumerMode, type DropReason } from "../ledger/consumer_ledger.ts";
import { type MediaKind, noMedia } from "../ledger/counts.ts";

/** Bytes that may wait for a lossless consumer before the publisher is held back. */
export const LOSSLESS_QUEUE_BYTES = 1024 * 1024;

/** Bytes that may wait for a live consumer before it is skipped forward. */
export const LIVE_QUEUE_BYTES = 16 * 1024 * 1024;

/** How long a tag may wait for a live consumer before it is skipped forward, in milliseconds. */
export const LIVE_QUEUE_TIME = 10_000;

/** A tag with what the channel knows of it. */
export interface CountedTag {
  tag: FlvTag;
  kind: MediaKind;
}

/** What a subscription needs of its channel. */
export interface SubscriptionSource {
  /** What a decoder must have seen before it can go on at `tag`: metadata, sequence headers. */
  headersFor(tag: FlvTag): CountedTag[];
  /** Whether there is video, so that only a keyframe can be begun with. */
  readonly hasVideo: boolean;
}

interface Waiting extends CountedTag {
  /** When it was offered, by `performance.now()`. */
  since: number;
}

/** One consumer: a stream of tags, and its books. */
export class Subscription {
  /** What the consumer gets. Cancelling it ends the subscription. */
  readonly tags: ReadableStream<FlvTag>;
  /** What was offered, delivered, dropped. */
  readonly ledger: ConsumerLedger;
  /** Resolves when the consumer has read everything, or has left. */
  readonly done: Promise<void>;
  readonly #source: SubscriptionSource;
  #controller!: ReadableStreamDefaultController<FlvTag>;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  /** The consumer waits and nothing is queued for it. */
  #demanded = false;
  /** When the consumer last asked for a tag, by `performance.now()`. */
  #askedAt = performance.now();
  /** Why tags are dropped until the next keyframe, if they are. */
  #skipping: DropReason | undefined;
  #ended = false;
  #finished = false;
  #resolveDone!: () => void;
  /** Lets a publisher go on that waits for room here. */
  #makeRoom: (() => void) | undefined;

  constructor(kind: string, mode: ConsumerMode, source: SubscriptionSource, late: boolean) {
    this.#source = source;
    this.#skipping = late ? "before-keyframe" : undefined;
    this.ledger = new ConsumerLedger(kind, mode, () => this.#countQueue());
    this.done = new Promise((resolve) => this.#resolveDone = resolve);
    this.tags = new ReadableStream<FlvTag>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
  }

  /** For how long the consumer has not asked for the tags that wait for it, in milliseconds. */
  get stalledFor(): number {
    return this.#queue.length === 0 ? 0 : performance.now() - this.#askedAt;
  }

  /**
   * Takes the next tag of the channel. The promise of a lossless consumer resolves when there is
   * room for another.
   */
  offer({ tag, kind }: CountedTag): Promise<void> | undefined {
    this.ledger.offered[kind]++;
    if (this.#finished) return this.ledger.drop(kind, "consumer-left") as undefined;
    if (this.ledger.mode === "live") this.#cutIfBehind();
    if (this.#skipping) {
      if (!this.#canBeginWith(tag, kind)) {
        return this.ledger.drop(kind, this.#skipping) as undefined;
      }
      this.#skipping = undefined;
      for (const header of this.#source.headersFor(tag)) {
        this.ledger.offered[header.kind]++;
        this.#enqueue(header);
      }
    }
    this.#enqueue({ tag, kind });
    if (this.ledger.mode === "live" || this.#queuedBytes < LOSSLESS_QUEUE_BYTES) return undefined;
    return new Promise((resolve) => this.#makeRoom = resolve);
  }

  /** Nothing more comes; what waits can still be read. */
  end(): void {
    this.#ended = true;
    if (this.#queue.length === 0) this.#finish();
  }

  #canBeginWith(tag: FlvTag, kind: MediaKind): boolean {
    return isKeyframe(tag) || (!this.#source.hasVideo && kind === "audioFrames");
  }

  #enqueue({ tag, kind }: CountedTag): void {
    if (this.#demanded) return this.#deliver(tag, kind);
    this.#queue.push({ tag, kind, since: performance.now() });
    this.#queuedBytes += tag.data.length;
  }

  #deliver(tag: FlvTag, kind: MediaKind): void {
    this.#demanded = false;
    this.ledger.delivered[kind]++;
    this.#controller.enqueue(tag);
  }

  #pull(): void {
    this.#askedAt = performance.now();
    const next = this.#queue.shift();
    if (!next) {
      this.#demanded = true;
      return;
    }
    this.#queuedBytes -= next.tag.data.length;
    this.#deliver(next.tag, next.kind);
    if (this.#queuedBytes < LOSSLESS_QUEUE_BYTES) this.#release();
    if (this.#ended && this.#queue.length === 0) this.#finish();
  }

  /** A live consumer that is too far behind goes on at the next keyframe. */
  #cutIfBehind(): void {
    const oldest = this.#queue[0];
    if (!oldest) return;
    const late = performance.now() - oldest.since > LIVE_QUEUE_TIME;
    if (!late && this.#queuedBytes <= LIVE_QUEUE_BYTES) return;
    this.#dropQueue("slow-subscriber");
    this.#skipping = "slow-subscriber";
  }

  #dropQueue(reason: DropReason): void {
    for (const { kind } of this.#queue) this.ledger.drop(kind, reason);
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #leave(): void {
    this.#dropQueue("consumer-left");
    this.#finished = true;
    this.#release();
    this.#resolveDone();
  }

  #finish(): void {
    this.#finished = true;
    this.#controller.close();
    this.#resolveDone();
  }

  #release(): void {
    this.#makeRoom?.();
    this.#makeRoom = undefined;
  }

  #countQueue() {
    const counts = noMedia();
    for (const { kind } of this.#queue) counts[kind]++;
    return counts;
  }
}
