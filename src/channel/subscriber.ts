/**
 * The channel's side of a consumer.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { FlvTag, FlvTagType } from "../flv/flv_tag.ts";
import type { DropReason } from "../ledger/consumer.ts";
import { ConsumerLedger } from "../ledger/consumer_ledger.ts";
import type { Source } from "../pipeline/source.ts";
import { checkSubscribeOptions, filterOf, guarded } from "./consumer_callbacks.ts";
import type { CountedTag } from "./counted_tag.ts";
import { isSkip, LagMonitor } from "./lag.ts";
import type { MediaType } from "./published_media.ts";
import { Shares } from "./shares.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";
import type { MediaBudget, MediaKeeper } from "./media_budget.ts";
import type { SubscriptionSource } from "./subscription_source.ts";
import { LOSSLESS_QUEUE_BYTES, LOSSLESS_TAIL_BYTES, TagOutlet } from "./tag_outlet.ts";
import { TagSelection } from "./tag_selection.ts";

/** The channel's side of a subscription. It delivers, queues or drops each published tag. */
export class Subscriber implements Subscription, MediaKeeper {
  readonly tags: ReadableStream<FlvTag>;
  /** What `tags` gives, with what the channel knows of it; see `countedTags`. */
  readonly counted: Source<CountedTag>;
  readonly ledger: ConsumerLedger;
  readonly survivesPublication: boolean;
  readonly started: Promise<void>;
  readonly done: Promise<void>;
  #resolveStarted!: () => void;
  #resolveDone!: () => void;
  readonly #options: SubscribeOptions;
  readonly #outlet: TagOutlet;
  /** Makes of a tag what the consumer gets; it may throw. */
  readonly #filter: (counted: CountedTag) => CountedTag | undefined;
  readonly #lag: LagMonitor | undefined;
  /** The current publication; `undefined` while it waits for the next. */
  #source: SubscriptionSource | undefined;
  readonly #shares: Shares;
  readonly #selection: TagSelection;
  #endReason: string | undefined;
  /** Whether a tag is being offered: it must be counted before the consumer leaves. */
  #offering = false;

  /** @throws {TypeError} If the mode is invalid, or a callback is not a function. */
  constructor(options: SubscribeOptions, clock: Clock, budget?: MediaBudget) {
    checkSubscribeOptions(options);
    this.#options = options;
    this.#filter = filterOf(options);
    const { audio = true, video = true, announces = false, mode, onLag } = options;
    this.#lag = onLag && new LagMonitor(guarded(onLag, (error) => this.#outlet.fail(error)), clock);
    this.#selection = new TagSelection({
      ...{ audio, video },
      needsHeaders: announces && mode === "live",
    });
    this.survivesPublication = options.survivesPublication ?? false;
    this.#shares = new Shares(this.ledger = new ConsumerLedger(options));
    this.started = new Promise((resolve) => this.#resolveStarted = resolve);
    this.done = new Promise((resolve) => this.#resolveDone = resolve);
    this.#outlet = new TagOutlet({
      ...{ clock, budget },
      // What a filter has made, or was given, is the consumer's own already.
      copies: !options.shared && !options.filter,
      maxBytes: mode === "live" ? Infinity : LOSSLESS_QUEUE_BYTES,
      settle: (share) => this.#shares.settle(share),
      over: () => {
        if (!this.#offering) this.#finish();
      },
    });
    this.tags = this.#outlet.tags;
    this.counted = this.#outlet.counted;
    if (!budget || mode !== "live") return;
    budget.addKeeper(this);
    this.done.then(() => budget.removeKeeper(this));
  }

  /** Bytes of the queued tags. */
  get keptBytes(): number {
    return this.#outlet.bytes;
  }

  /** Drops the queued tags because of the memory limit, and continues at the next keyframe. */
  evict(): void {
    this.#skipForward("memory-limit");
  }

  /** Whether it waits for a publication. */
  get isUnassigned(): boolean {
    return this.#source === undefined && !this.#outlet.hasEnded;
  }

  get endReason(): string | undefined {
    return this.#endReason;
  }

  get media(): { audio: boolean; video: boolean } {
    return this.#selection.media;
  }

  get hasAllMedia(): boolean {
    return this.#selection.hasAllMedia;
  }

  get sourceAge(): number {
    return this.#source?.age ?? 0;
  }

  get stalledFor(): number {
    return this.#outlet.stalledFor;
  }

  expects(type: MediaType): boolean {
    return this.#source !== undefined && this.#selection.expects(type, this.#source);
  }

  /** Follows a publication from its first tag on, which may be of any kind. */
  follow(source: SubscriptionSource): void {
    this.unfollow();
    this.#selection.restart();
    this.#source = source;
    this.#shares.open(source.ledger);
  }

  /** Stops following the publication; tags that are still queued stay in its ledger. */
  unfollow(): void {
    this.#source = undefined;
    this.#shares.leave();
  }

  /**
   * Adds the cached frames with which a new consumer begins. They do not count when the channel
   * checks whether the consumer is too slow.
   */
  catchUp(frames: readonly CountedTag[]): void {
    this.#selection.startGap("before-keyframe");
    this.#outlet.giveAtOnce(() => {
      for (const frame of frames) this.offer(frame);
    });
  }

  /** Queued bytes of a lossless consumer that ends with its publication; 0 for others. */
  get tailBytes(): number {
    return this.survivesPublication || this.ledger.mode === "live" ? 0 : this.#outlet.bytes;
  }

  /** Enlarges the queue for the rest of a publication, since another one waits for its end. */
  makeRoomForTail(): void {
    if (!this.survivesPublication) this.#outlet.widen(LOSSLESS_TAIL_BYTES);
  }

  /**
   * Offers the next tag of the publication. For a full lossless consumer, it returns a promise that
   * resolves when there is room for another. A consumer that has ended is not offered the tag.
   */
  offer(counted: CountedTag): Promise<void> | undefined {
    if (this.#outlet.hasEnded) return undefined;
    const { kind } = counted;
    const share = this.#shares.current!;
    this.#offering = true;
    share.offered[kind]++;
    const reason = this.#dropReason(counted);
    if (reason) share.drop(kind, reason);
    else this.#enqueue(counted);
    this.#offering = false;
    if (this.#outlet.isOver) this.#finish();
    return this.#outlet.room();
  }

  pause(paused: boolean): void {
    if (this.#selection.pause(paused) && paused) this.#outlet.drop("paused");
  }

  receive(type: MediaType, wanted: boolean): void {
    this.#selection.receive(type, wanted);
  }

  /**
   * Called when the publication differs from the previous one in these kinds of media. A consumer
   * that has announced other media ends; queued tags can still be read.
   */
  mediaChanged(changed: Readonly<Record<MediaType, boolean>>): void {
    if (!this.#options.announces || this.#outlet.hasEnded) return;
    const affected = this.#selection.affectedBy(changed);
    if (affected.length === 0) return;
    this.#endReason = `The publisher has come back with other ${affected.join(" and ")}`;
    this.end();
  }

  /** Ends the subscription; queued tags can still be read. */
  end(): void {
    this.#outlet.end();
  }

  /**
   * Returns the reason to drop a tag, if there is one. If the consumer resumes after a gap, this
   * also queues the headers for the tag.
   */
  #dropReason(counted: CountedTag): DropReason | undefined {
    const excluded = this.#selection.exclude(counted);
    if (excluded) return excluded;
    if (this.ledger.mode === "live" && this.#outlet.isBehind) this.#skipForward("slow-subscriber");
    const reason = this.#selection.select(counted, this.#source!);
    const { headerTypes } = this.#selection;
    if (headerTypes.length > 0) this.#enqueueHeaders(counted.tag, headerTypes);
    if (reason && isSkip(reason)) this.#lag?.drop(counted.kind);
    return reason;
  }

  #skipForward(reason: DropReason): void {
    const { bytes, age } = this.#outlet;
    const dropped = this.#outlet.drop(reason);
    this.#selection.startGap(reason);
    this.#lag?.skip(bytes, age, dropped);
  }

  /** Queues the headers of these types for a tag. */
  #enqueueHeaders(before: FlvTag, types: readonly FlvTagType[]): void {
    for (const header of this.#source!.headersFor(before)) {
      const { tag, kind } = header;
      if (!types.includes(tag.type)) continue;
      this.#shares.current!.offered[kind]++;
      if (this.#selection.wants(tag.type)) this.#enqueue(header);
      else this.#shares.current!.drop(kind, "not-wanted");
    }
  }

  #enqueue(counted: CountedTag): void {
    const share = this.#shares.current!;
    this.#resolveStarted();
    this.#lag?.recordDelivery();
    let given: CountedTag | undefined;
    try {
      given = this.#filter(counted);
    } catch (error) {
      this.#outlet.fail(error);
    }
    if (this.#outlet.hasEnded) return share.drop(counted.kind, "consumer-left");
    if (!given) return share.drop(counted.kind, "not-wanted");
    this.#selection.recordDelivered(counted.kind);
    this.#outlet.give(given, counted.kind, share);
  }

  /** Called when the consumer has read everything, or has left. */
  #finish(): void {
    this.unfollow();
    this.#resolveDone();
  }
}
