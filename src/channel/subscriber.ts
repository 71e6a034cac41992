/**
 * One consumer of a channel, as the channel sees it.
 *
 * @module
 */

import { copyTag, type FlvTag, type FlvTagType } from "../flv/flv_tag.ts";
import { isKeyframe } from "../flv/tag_kind.ts";
import { ConsumerLedger, type DropReason } from "../ledger/consumer_ledger.ts";
import type { MediaKind } from "../ledger/counts.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";
import { type CountedTag, TagQueue } from "./tag_queue.ts";

/** Bytes that may wait for a lossless consumer before the publisher is held back. */
export const LOSSLESS_QUEUE_BYTES = 1024 * 1024;

/**
 * Bytes that may wait for a live consumer before it is skipped forward, beside what it was given at
 * once when it came.
 */
export const LIVE_QUEUE_BYTES = 16 * 1024 * 1024;

/** Milliseconds that a tag may wait for a live consumer before it is skipped forward. */
export const LIVE_QUEUE_TIME = 10_000;

/** What a subscriber needs of its channel. */
export interface SubscriptionSource {
  /** What a decoder must have seen before it can go on at `tag`: metadata, sequence headers. */
  headersFor(tag: FlvTag): CountedTag[];
  /** Whether there is video, so that only a keyframe can be begun with. */
  hasVideo(): boolean;
  /** Whether there is audio. */
  hasAudio(): boolean;
  /** For how long the publication has been giving tags, in milliseconds. */
  age(): number;
}

/** The channel's side of a subscription: takes what is published, and queues, gives or drops it. */
export class Subscriber implements Subscription {
  readonly tags: ReadableStream<FlvTag>;
  readonly ledger: ConsumerLedger;
  readonly outlives: boolean;
  readonly begun: Promise<void>;
  readonly done: Promise<void>;
  readonly #source: SubscriptionSource;
  readonly #filter: ((tag: FlvTag) => FlvTag | undefined) | undefined;
  readonly #shared: boolean;
  readonly #queue = new TagQueue();
  #controller!: ReadableStreamDefaultController<FlvTag>;
  /** The consumer waits and nothing is queued for it. */
  #demanded = false;
  /** When the consumer last asked for a tag, by `performance.now()`. */
  #askedAt = performance.now();
  /** Why everything is dropped until there is a tag to begin with, if it is. */
  #skipping: DropReason | undefined;
  /** What is wanted again: audio goes on with its next tag, video with a keyframe. */
  readonly #returning = { audio: false, video: false, script: false };
  /** Bytes that wait of what the consumer was given at once when it came. */
  #headStart = 0;
  #paused = false;
  readonly #wanted: Record<FlvTagType, boolean>;
  #ended = false;
  #finished = false;
  #resolveBegun!: () => void;
  #resolveDone!: () => void;
  /** Lets a publisher go on that waits for room here. */
  #makeRoom: (() => void) | undefined;

  constructor(options: SubscribeOptions, source: SubscriptionSource) {
    this.#source = source;
    this.#filter = options.filter;
    this.#shared = options.shared ?? false;
    this.#wanted = { audio: options.audio ?? true, video: options.video ?? true, script: true };
    this.outlives = options.outlives ?? false;
    this.ledger = new ConsumerLedger(options.kind, options.mode, () => this.#queue.count());
    this.begun = new Promise((resolve) => this.#resolveBegun = resolve);
    this.done = new Promise((resolve) => this.#resolveDone = resolve);
    this.tags = new ReadableStream<FlvTag>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
  }

  get media(): { audio: boolean; video: boolean } {
    const { audio, video } = this.#wanted;
    return { audio: audio && this.#source.hasAudio(), video: video && this.#source.hasVideo() };
  }

  get hasAllMedia(): boolean {
    const { audio, video } = this.#wanted;
    return (!audio || this.#source.hasAudio()) && (!video || this.#source.hasVideo());
  }

  get sourceAge(): number {
    return this.#source.age();
  }

  get stalledFor(): number {
    return this.#queue.length === 0 ? 0 : performance.now() - this.#askedAt;
  }

  /**
   * Takes what others have had before: as much as can be begun with. It is not held against the
   * consumer that it has not read it in the same moment.
   */
  catchUp(frames: readonly CountedTag[]): void {
    this.#skipping = "before-keyframe";
    this.#headStart = Infinity;
    for (const frame of frames) this.offer(frame);
    this.#headStart = this.#queue.bytes;
  }

  /**
   * Takes the next tag of the channel. The promise of a lossless consumer resolves when there is
   * room for another.
   */
  offer({ tag, kind }: CountedTag): Promise<void> | undefined {
    this.ledger.offered[kind]++;
    const reason = this.#whyNot(tag, kind);
    if (reason) this.ledger.drop(kind, reason);
    else this.#enqueue({ tag, kind });
    if (this.ledger.mode === "live" || this.#queue.bytes < LOSSLESS_QUEUE_BYTES) return undefined;
    return new Promise((resolve) => this.#makeRoom = resolve);
  }

  pause(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#dropQueue("paused");
    else this.#skipping = "paused";
  }

  receive(type: "audio" | "video", wanted: boolean): void {
    if (wanted && !this.#wanted[type]) this.#returning[type] = true;
    this.#wanted[type] = wanted;
  }

  /** Nothing more comes; what waits can still be read. */
  end(): void {
    this.#ended = true;
    if (this.#queue.length === 0) this.#finish();
  }

  /**
   * Why the consumer does not get a tag, if it does not. Where it takes up again after a gap, the
   * headers for it are queued on the way.
   */
  #whyNot(tag: FlvTag, kind: MediaKind): DropReason | undefined {
    if (this.#finished) return "consumer-left";
    if (this.#paused) return "paused";
    if (this.#isBehind()) {
      this.#dropQueue("slow-subscriber");
      this.#skipping = "slow-subscriber";
    }
    if (this.#skipping) {
      if (!this.#canBeginWith(tag, kind)) return this.#skipping;
      this.#skipping = undefined;
      this.#returning.audio = this.#returning.video = false;
      this.#enqueueHeaders(tag);
    }
    if (!this.#wanted[tag.type]) return "not-wanted";
    if (this.#returning[tag.type]) {
      if (tag.type === "video" && !isKeyframe(tag)) return "before-keyframe";
      this.#returning[tag.type] = false;
      this.#enqueueHeaders(tag, tag.type);
    }
    return undefined;
  }

  /** A live consumer that is too far behind goes on at the next keyframe. */
  #isBehind(): boolean {
    return this.ledger.mode === "live" &&
      (this.#queue.bytes - this.#headStart > LIVE_QUEUE_BYTES || this.#queue.age > LIVE_QUEUE_TIME);
  }

  #canBeginWith(tag: FlvTag, kind: MediaKind): boolean {
    if (isKeyframe(tag)) return true;
    return kind === "audioFrames" && !(this.#source.hasVideo() && this.#wanted.video);
  }

  /** Queues the headers for a tag, all or those of one type. */
  #enqueueHeaders(before: FlvTag, type?: FlvTagType): void {
    for (const header of this.#source.headersFor(before)) {
      if (type !== undefined && header.tag.type !== type) continue;
      this.ledger.offered[header.kind]++;
      if (this.#wanted[header.tag.type]) this.#enqueue(header);
      else this.ledger.drop(header.kind, "not-wanted");
    }
  }

  #enqueue({ tag, kind }: CountedTag): void {
    this.#resolveBegun();
    const filtered = this.#filter ? this.#filter(this.#shared ? tag : copyTag(tag)) : tag;
    if (!filtered) this.ledger.drop(kind, "not-wanted");
    else if (this.#demanded) this.#deliver(filtered, kind);
    else this.#queue.push({ tag: filtered, kind });
  }

  #deliver(tag: FlvTag, kind: MediaKind): void {
    this.#demanded = false;
    this.ledger.delivered[kind]++;
    // What a filter has made, or was given, is the consumer's own already.
    this.#controller.enqueue(this.#shared || this.#filter ? tag : copyTag(tag));
  }

  #pull(): void {
    this.#askedAt = performance.now();
    const { bytes } = this.#queue;
    const next = this.#queue.shift();
    this.#headStart = Math.max(0, this.#headStart - bytes + this.#queue.bytes);
    if (!next) {
      this.#demanded = true;
      return;
    }
    this.#deliver(next.tag, next.kind);
    if (this.#queue.bytes < LOSSLESS_QUEUE_BYTES) this.#release();
    if (this.#ended && this.#queue.length === 0) this.#finish();
  }

  #dropQueue(reason: DropReason): void {
    for (const { kind } of this.#queue.clear()) this.ledger.drop(kind, reason);
    this.#headStart = 0;
    this.#release();
  }

  #leave(): void {
    this.#dropQueue("consumer-left");
    this.#finished = true;
    this.#resolveDone();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#controller.close();
    this.#resolveDone();
  }

  #release(): void {
    this.#makeRoom?.();
    this.#makeRoom = undefined;
  }
}
