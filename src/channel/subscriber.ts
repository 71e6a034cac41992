/**
 * One consumer of a channel, as the channel sees it.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { copyTag, type FlvTag, type FlvTagType } from "../flv/flv_tag.ts";
import type { DropReason } from "../ledger/consumer.ts";
import { ConsumerLedger } from "../ledger/consumer_ledger.ts";
import type { ConsumerShare } from "../ledger/consumer_share.ts";
import { type MediaCounts, type MediaKind, noMedia } from "../ledger/counts.ts";
import { total } from "../ledger/media_sums.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";
import type { CountedTag } from "./counted_tag.ts";
import { Gap } from "./gap.ts";
import { LagWatch } from "./lag.ts";
import type { MediaType, PublishedMedia } from "./published_media.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";
import { TagQueue } from "./tag_queue.ts";

/** Bytes that may wait for a lossless consumer before the publisher is held back. */
export const LOSSLESS_QUEUE_BYTES = 1024 * 1024;

/**
 * Bytes that may wait for a live consumer before it is skipped forward, beside what it was given at
 * once when it came.
 */
export const LIVE_QUEUE_BYTES = 16 * 1024 * 1024;

/** Milliseconds that a tag may wait for a live consumer before it is skipped forward. */
export const LIVE_QUEUE_TIME = 10_000;

/** What a subscriber needs to know of the publication that it gets. */
export interface SubscriptionSource {
  readonly ledger: PublicationLedger;
  readonly media: PublishedMedia;
  /** Whether a keyframe is overdue, so that it is not waited for. */
  readonly lacksKeyframes: boolean;
  /** For how long the publication has been giving tags, in milliseconds. */
  readonly age: number;
  /** What a decoder must have seen before it can go on at `tag`: metadata, sequence headers. */
  headersFor(tag: FlvTag): CountedTag[];
}

/** The channel's side of a subscription: takes what is published, and queues, gives or drops it. */
export class Subscriber implements Subscription {
  readonly tags: ReadableStream<FlvTag>;
  readonly ledger: ConsumerLedger;
  readonly outlives: boolean;
  readonly begun: Promise<void>;
  readonly done: Promise<void>;
  readonly #options: SubscribeOptions;
  readonly #clock: Clock;
  readonly #queue: TagQueue;
  readonly #lag: LagWatch | undefined;
  /** The publication that it gets, and its share in it; none while it waits for the next. */
  #source: SubscriptionSource | undefined;
  #share: ConsumerShare | undefined;
  /** Ledgers of publications of which something still waits for it. */
  readonly #ledgers = new Map<ConsumerShare, PublicationLedger>();
  #controller!: ReadableStreamDefaultController<FlvTag>;
  /** The consumer waits and nothing is queued for it. */
  #demanded = false;
  /** When the consumer last asked for a tag, by the clock. */
  #askedAt: number;
  /** Until there is a tag to begin with, everything is left out. */
  #gap: Gap | undefined;
  /** What is left out by itself: audio goes on with its next frame, video with a keyframe. */
  readonly #returning = { audio: false, video: false };
  /** Kinds of media of which it was given a frame. */
  readonly #given = { audio: false, video: false };
  /** Whether it was given frames of a publication before this one. */
  #carriesOn = false;
  /** Bytes that wait of what the consumer was given at once when it came. */
  #headStart = 0;
  #paused = false;
  readonly #wanted: Record<FlvTagType, boolean>;
  #ended = false;
  #endReason: string | undefined;
  #finished = false;
  #resolveBegun!: () => void;
  #resolveDone!: () => void;
  /** Lets a publisher go on that waits for room here. */
  #makeRoom: (() => void) | undefined;

  constructor(options: SubscribeOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#askedAt = clock.now();
    this.#queue = new TagQueue(clock);
    this.#lag = options.onLag && new LagWatch(options.onLag, clock);
    this.#wanted = { audio: options.audio ?? true, video: options.video ?? true, script: true };
    this.outlives = options.outlives ?? false;
    this.ledger = new ConsumerLedger(options);
    this.begun = new Promise((resolve) => this.#resolveBegun = resolve);
    this.done = new Promise((resolve) => this.#resolveDone = resolve);
    this.tags = new ReadableStream<FlvTag>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
  }

  /** Whether no publication is given to it. */
  get waits(): boolean {
    return this.#source === undefined && !this.#ended;
  }

  get endReason(): string | undefined {
    return this.#endReason;
  }

  get media(): { audio: boolean; video: boolean } {
    return { ...this.#given };
  }

  get hasAllMedia(): boolean {
    return (["audio", "video"] as const).every((type) => !this.#wanted[type] || this.#given[type]);
  }

  get sourceAge(): number {
    return this.#source?.age ?? 0;
  }

  get stalledFor(): number {
    return this.#queue.length === 0 ? 0 : this.#clock.now() - this.#askedAt;
  }

  expects(type: MediaType): boolean {
    return this.#wanted[type] && !this.#given[type] &&
      (this.#source?.media.isComing(type) ?? false);
  }

  /** Gets a publication from its first tag on, which can be begun with whatever it is. */
  follow(source: SubscriptionSource): void {
    this.unfollow();
    this.#carriesOn = this.#given.audio || this.#given.video;
    this.#source = source;
    this.#share = source.ledger.add(this.ledger);
    this.#ledgers.set(this.#share, source.ledger);
    this.#gap = undefined;
  }

  /** Gets nothing more of the publication: what waits of it stays in its ledger. */
  unfollow(): void {
    const share = this.#share;
    this.#source = undefined;
    this.#share = undefined;
    if (share) this.#settle(share);
  }

  /**
   * Takes what others have had before: as much as can be begun with. It is not held against the
   * consumer that it has not read it in the same moment.
   */
  catchUp(frames: readonly CountedTag[]): void {
    this.#gap = new Gap("before-keyframe");
    this.#headStart = Infinity;
    for (const frame of frames) this.offer(frame);
    this.#headStart = this.#queue.bytes;
  }

  /**
   * Takes the next tag of the publication. The promise of a lossless consumer resolves when there is
   * room for another. One that has ended is offered nothing any more.
   */
  offer(counted: CountedTag): Promise<void> | undefined {
    if (this.#ended) return undefined;
    const { kind } = counted;
    this.#share!.offered[kind]++;
    const reason = this.#dropReason(counted);
    if (reason) this.#share!.drop(kind, reason);
    else this.#enqueue(counted);
    if (this.ledger.mode === "live" || this.#queue.bytes < LOSSLESS_QUEUE_BYTES) return undefined;
    return new Promise((resolve) => this.#makeRoom = resolve);
  }

  pause(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#dropQueue("paused");
    else this.#gap = new Gap("paused");
  }

  receive(type: MediaType, wanted: boolean): void {
    if (wanted && !this.#wanted[type]) this.#returning[type] = true;
    this.#wanted[type] = wanted;
  }

  /**
   * The publication differs from the one before it in these kinds of media. A consumer that has
   * announced others ends; what waits can still be read.
   */
  mediaChanged(changed: Readonly<Record<MediaType, boolean>>): void {
    if (!this.#options.announces || !this.#carriesOn || this.#ended) return;
    const concerned = (["audio", "video"] as const)
      .filter((type) => changed[type] && this.#wanted[type]);
    if (concerned.length === 0) return;
    this.#endReason = `The publisher has come back with other ${concerned.join(" and ")}`;
    this.end();
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
  #dropReason(counted: CountedTag): DropReason | undefined {
    const { tag, lacksHeader } = counted;
    if (lacksHeader && this.#options.announces && this.ledger.mode === "live") {
      return "before-header";
    }
    if (this.#paused) return "paused";
    if (this.#isBehind()) this.#skipForward();
    if (this.#gap) {
      if (!this.#canBeginWith(counted, this.#gap)) {
        if (this.#gap.reason === "slow-subscriber") this.#lag?.drop(counted.kind);
        return this.#gap.reason;
      }
      this.#gap = undefined;
      this.#returning.audio = false;
      // One that begins with sound gets the picture with its next keyframe, or from its first frame.
      this.#returning.video = counted.kind === "audioFrames" && this.#source!.media.has("video");
      this.#enqueueHeaders(tag, (type) => type !== "video" || !this.#returning.video);
    }
    if (!this.#wanted[tag.type]) return "not-wanted";
    if (tag.type === "script" || !this.#returning[tag.type]) return undefined;
    if (!this.#canReturnWith(counted)) return "before-keyframe";
    this.#returning[tag.type] = false;
    this.#enqueueHeaders(tag, (type) => type === tag.type);
  }

  /** A live consumer that is too far behind goes on at the next keyframe. */
  #isBehind(): boolean {
    return this.ledger.mode === "live" &&
      (this.#queue.bytes - this.#headStart > LIVE_QUEUE_BYTES || this.#queue.age > LIVE_QUEUE_TIME);
  }

  #skipForward(): void {
    const { bytes, age } = this.#queue;
    const dropped = this.#dropQueue("slow-subscriber");
    this.#gap = new Gap("slow-subscriber");
    this.#lag?.skip(bytes, age, dropped);
  }

  /** Sound is begun with when there is no picture, or when that has been waited for. */
  #canBeginWith(counted: CountedTag, gap: Gap): boolean {
    const isOver = gap.isOver(counted.tag.timestamp);
    if (counted.kind !== "audioFrames") return this.#canReturnWith(counted);
    const hasPicture = this.#wanted.video && this.#source!.media.isComing("video");
    return this.#wanted.audio && (isOver || !hasPicture);
  }

  #canReturnWith({ tag, kind, keyframe }: CountedTag): boolean {
    if (tag.type === "audio") return kind === "audioFrames";
    return keyframe || (kind === "videoFrames" && this.#source!.lacksKeyframes);
  }

  /** Queues the headers for a tag, of those types that pass. */
  #enqueueHeaders(before: FlvTag, passes: (type: FlvTagType) => boolean): void {
    for (const header of this.#source!.headersFor(before)) {
      if (!passes(header.tag.type)) continue;
      this.#share!.offered[header.kind]++;
      if (this.#wanted[header.tag.type]) this.#enqueue(header);
      else this.#share!.drop(header.kind, "not-wanted");
    }
  }

  #enqueue({ tag, kind }: CountedTag): void {
    const share = this.#share!;
    const { filter, shared } = this.#options;
    this.#resolveBegun();
    this.#lag?.give();
    const filtered = filter ? filter(shared ? tag : copyTag(tag)) : tag;
    if (!filtered) return share.drop(kind, "not-wanted");
    if (kind === "videoFrames") this.#given.video = true;
    else if (kind === "audioFrames") this.#given.audio = true;
    if (this.#demanded) return this.#deliver(filtered, kind, share);
    share.inFlight[kind]++;
    this.#queue.push(filtered, kind, share);
  }

  #deliver(tag: FlvTag, kind: MediaKind, share: ConsumerShare): void {
    this.#demanded = false;
    share.delivered[kind]++;
    // What a filter has made, or was given, is the consumer's own already.
    const { filter, shared } = this.#options;
    this.#controller.enqueue(shared || filter ? tag : copyTag(tag));
  }

  #pull(): void {
    this.#askedAt = this.#clock.now();
    const { bytes } = this.#queue;
    const next = this.#queue.shift();
    this.#headStart = Math.max(0, this.#headStart - bytes + this.#queue.bytes);
    if (!next) {
      this.#demanded = true;
      return;
    }
    const { tag, kind, share } = next;
    share.inFlight[kind]--;
    this.#deliver(tag, kind, share);
    if (share !== this.#share) this.#settle(share);
    if (this.#queue.bytes < LOSSLESS_QUEUE_BYTES) this.#release();
    if (this.#ended && this.#queue.length === 0) this.#finish();
  }

  #dropQueue(reason: DropReason): MediaCounts {
    const dropped = noMedia();
    for (const { kind, share } of this.#queue.clear()) {
      share.inFlight[kind]--;
      share.drop(kind, reason);
      dropped[kind]++;
    }
    for (const share of this.#ledgers.keys()) if (share !== this.#share) this.#settle(share);
    this.#headStart = 0;
    this.#release();
    return dropped;
  }

  /** Closes the share in a publication that gives nothing more, once nothing of it waits. */
  #settle(share: ConsumerShare): void {
    if (total(share.inFlight) > 0) return;
    this.#ledgers.get(share)?.retire(share);
    this.#ledgers.delete(share);
    this.ledger.close(share);
  }

  #leave(): void {
    this.#dropQueue("consumer-left");
    this.#over();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#controller.close();
    this.#over();
  }

  #over(): void {
    this.#finished = true;
    this.#ended = true;
    this.unfollow();
    this.#resolveDone();
  }

  #release(): void {
    this.#makeRoom?.();
    this.#makeRoom = undefined;
  }
}
