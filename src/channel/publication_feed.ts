/**
 * The delivery of one publication to its consumers.
 *
 * @module
 */

import { checkTag, checkTags, type FlvTag } from "../flv/flv_tag.ts";
import { isSequenceHeader } from "../flv/tag_kind.ts";
import type { MediaKind } from "../ledger/counts.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";
import { SinkStream } from "../pipeline/sink_stream.ts";
import { type CountedTag, METADATA, TagClassifier } from "./counted_tag.ts";
import type { Feed } from "./feed.ts";
import type { FeedContext } from "./feed_context.ts";
import { GopCache } from "./gop_cache.ts";
import { KeyframeInterval } from "./keyframe_interval.ts";
import { isAac, type MediaType, PublishedMedia } from "./published_media.ts";
import { RateMeter } from "./rate_meter.ts";
import { Samples } from "./samples.ts";
import type { Subscriber } from "./subscriber.ts";
import type { SubscriptionSource } from "./subscription_source.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";

/**
 * The stream time after which the media of a publication are known, in milliseconds. Media of the
 * previous publication that have not arrived by then are missing.
 */
const MEDIA_SETTLE_TIME = 1_000;

/** Delivers the tags of a publication to its own consumers, and to viewers of the channel. */
export class PublicationFeed implements Feed, SubscriptionSource {
  readonly ledger: PublicationLedger;
  readonly rate: RateMeter;
  readonly media: PublishedMedia = new PublishedMedia();
  /** Resolves when all tags have been delivered. */
  readonly delivered: Promise<void>;
  readonly #context: FeedContext;
  readonly #subscribers = new Set<Subscriber>();
  readonly #cache: GopCache;
  readonly #classifier = new TagClassifier();
  readonly #interval = new KeyframeInterval();
  readonly #samples = new Samples();
  #hasAudioHeader = false;
  /** The media that viewers had before; `undefined` once they have been compared. */
  #previousMedia: PublishedMedia | undefined;
  /** The time of the first frame. */
  #firstFrameAt: number | undefined;
  /** When the first tag arrived, by the clock. */
  #startedAt: number | undefined;
  /** Whether another publication of the name waits for the end of this one. */
  #hasSuccessor = false;
  #hasRun = false;
  #hasEnded = false;
  #resolveDelivered!: () => void;

  /** Opens the feed of a publication. */
  constructor(ledger: PublicationLedger, context: FeedContext) {
    this.ledger = ledger;
    this.#context = context;
    this.rate = new RateMeter(context.clock);
    this.#cache = new GopCache(context.gopCache, context.budget);
    this.delivered = new Promise((resolve) => this.#resolveDelivered = resolve);
  }

  get age(): number {
    return this.#startedAt === undefined ? 0 : this.#context.clock.now() - this.#startedAt;
  }

  get lacksKeyframes(): boolean {
    return this.#interval.isOverdue;
  }

  headersFor(tag: FlvTag): CountedTag[] {
    return this.#cache.headersFor(tag);
  }

  sample(type: MediaType): FlvTag | undefined {
    if (!this.media.has(type)) return undefined;
    return this.#samples.copyOf(this.#cache.header(`${type}:0`) ?? this.#samples.first(type));
  }

  get metadata(): FlvTag | undefined {
    return this.#samples.copyOf(this.#cache.header(METADATA));
  }

  subscribe(options: SubscribeOptions): Subscription {
    const subscriber = this.#context.addSubscriber(options);
    this.add(subscriber);
    return subscriber;
  }

  /** Adds a consumer. */
  add(subscriber: Subscriber): void {
    if (this.#hasEnded) return subscriber.end();
    this.#subscribers.add(subscriber);
    subscriber.done.then(() => this.#subscribers.delete(subscriber));
    subscriber.follow(this);
    if (this.#hasSuccessor) subscriber.makeRoomForTail();
    if (this.#startedAt !== undefined) subscriber.catchUp(this.#cache.frames);
    this.#context.budget?.enforce();
  }

  /** Enlarges the queues of slow consumers, so that they do not delay the next publication. */
  prepareHandover(): void {
    this.#hasSuccessor = true;
    for (const subscriber of this.#subscribers) subscriber.makeRoomForTail();
  }

  async run(tags: ReadableStream<FlvTag>): Promise<void> {
    if (this.#hasRun) throw new TypeError("Cannot run a publication a second time");
    this.#hasRun = true;
    await this.#context.previousDelivered;
    this.#context.rebaser.restart();
    this.#context.resentFrames.restart(this.#context.resends);
    this.#previousMedia = this.#context.previousMedia();
    let own: Subscriber[];
    try {
      await this.#deliverAll(tags);
    } finally {
      own = this.#finish();
    }
    await Promise.all(own.map(({ done }) => done));
  }

  /** Delivers all tags. An invalid tag rejects at once: the source may take long to end. */
  #deliverAll(tags: ReadableStream<FlvTag>): Promise<void> {
    checkTags(tags);
    return new Promise((resolve, reject) => {
      const sink = new SinkStream<FlvTag>({
        write: (tag) => {
          try {
            return this.#deliver(tag);
          } catch (error) {
            reject(error);
            throw error;
          }
        },
      });
      tags.pipeTo(sink).then(resolve, reject);
    });
  }

  /** Ends the consumers that end with the publication, and returns them. */
  #finish(): Subscriber[] {
    this.#hasEnded = true;
    this.#cache.end();
    const own = [...this.#subscribers].filter(({ survivesPublication }) => !survivesPublication);
    const viewers = [...this.#subscribers].filter(({ survivesPublication }) => survivesPublication);
    this.#subscribers.clear();
    for (const subscriber of own) subscriber.end();
    for (const viewer of viewers) viewer.unfollow();
    this.#context.onDelivered(viewers, this.#previousMedia ?? this.media);
    this.#resolveDelivered();
    return own;
  }

  /** Delivers a tag to all consumers. Returns a promise if a queue is full. */
  #deliver(published: FlvTag): Promise<void> | undefined {
    const counted = this.#classify(published);
    const { tag, kind } = counted;
    this.#startedAt ??= this.#context.clock.now();
    this.#cache.add(counted);
    this.rate.add(tag.data.length, kind === "videoFrames");
    let full: Promise<void>[] | undefined;
    // A consumer that is added meanwhile has already got the tag from the cache.
    let rest = this.#subscribers.size;
    for (const subscriber of this.#subscribers) {
      if (rest-- === 0) break;
      const room = subscriber.offer(counted);
      if (room) (full ??= []).push(room);
    }
    this.#context.budget?.enforce();
    return full && Promise.all(full).then(() => {});
  }

  /** Classifies a tag for all consumers, and records its media. */
  #classify(given: FlvTag): CountedTag {
    const published = checkTag(given);
    const { type } = published;
    const { kind, isRandomAccess, headerKey, kept } = this.#classifier.classify(published);
    const { timestamp, resent } = this.#rebase(published, kind);
    const tag = timestamp === published.timestamp ? published : { ...published, timestamp };
    if (kind === "videoFrames") {
      this.#recordFrame(tag);
      const keyframe = isRandomAccess && this.media.isFirstTrack(tag);
      this.#interval.add(timestamp, keyframe);
      return { tag, kind, isRandomAccess, headerKey, kept, keyframe, lacksHeader: false, resent };
    }
    if (type === "audio" && !this.#hasAudioHeader) this.#hasAudioHeader = isSequenceHeader(tag);
    const lacksHeader = kind === "audioFrames" && !this.#hasAudioHeader && isAac(tag);
    if (lacksHeader) this.media.advance(timestamp);
    else if (kind === "audioFrames") this.#recordFrame(tag);
    return { tag, kind, isRandomAccess, headerKey, kept, keyframe: false, lacksHeader, resent };
  }

  /** Returns the channel's time for a tag, and whether it is sent again. */
  #rebase(tag: FlvTag, kind: MediaKind): { timestamp: number; resent: boolean } {
    const { rebaser, resentFrames, resends } = this.#context;
    if (!resends || (kind !== "videoFrames" && kind !== "audioFrames")) {
      return { timestamp: rebaser.rebase(tag.timestamp, kind), resent: false };
    }
    const known = resentFrames.compare(tag);
    if (known) {
      rebaser.resume(known.shift);
      return { timestamp: tag.timestamp + known.shift, resent: true };
    }
    const timestamp = rebaser.rebase(tag.timestamp, kind);
    resentFrames.add(tag, timestamp);
    return { timestamp, resent: false };
  }

  /** Records a frame that can be decoded. */
  #recordFrame(frame: FlvTag): void {
    if (!this.media.has(frame.type as MediaType)) this.#samples.keepFirst(frame);
    const isNew = this.media.add(frame);
    if (this.#previousMedia) this.#compareMedia(this.#previousMedia, frame.timestamp, isNew);
  }

  /** Notifies viewers from the previous publication if the media have changed. */
  #compareMedia(former: PublishedMedia, timestamp: number, isNew: boolean): void {
    this.#firstFrameAt ??= timestamp;
    const isComplete = timestamp - this.#firstFrameAt >= MEDIA_SETTLE_TIME;
    if (isComplete) this.#previousMedia = undefined;
    if (!isNew && !isComplete) return;
    const changed = (type: MediaType) =>
      this.media.hasTrackMissingFrom(former, type) ||
      (isComplete && former.hasTrackMissingFrom(this.media, type));
    const changes = { audio: changed("audio"), video: changed("video") };
    for (const subscriber of this.#subscribers) subscriber.mediaChanged(changes);
  }
}
