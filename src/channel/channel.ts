/**
 * A channel: the successive publications of one stream name, and their consumers.
 *
 * @module
 */

import { checkFunction, checkObject } from "../check_option.ts";
import type { Clock } from "../time/clock.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { PublicationLedger } from "../ledger/publication_ledger.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { TimestampRebaser } from "./timestamp_rebaser.ts";
import type { Feed } from "./feed.ts";
import { checkGopCacheLimits, DEFAULT_GOP_CACHE, type GopCacheLimits } from "./gop_cache.ts";
import type { MediaBudget } from "./media_budget.ts";
import { PublicationFeed } from "./publication_feed.ts";
import type { PublishedMedia } from "./published_media.ts";
import { RateMeter } from "./rate_meter.ts";
import { ResentFrames } from "./resent_frames.ts";
import { Subscriber } from "./subscriber.ts";
import { LOSSLESS_TAIL_BYTES } from "./tag_outlet.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";

/**
 * Delivers the tags of a publication to its consumers. A lossless consumer that does not read holds
 * the publisher back; a live one is skipped forward to a keyframe. A new consumer begins with
 * metadata, sequence headers and everything since the last keyframe; if there is none, with sound.
 *
 * @example
 * ```ts
 * import { Channel, type FlvTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0x2f, 1, 2, 3) };
 * const channel = new Channel();
 * const { tags } = channel.subscribe({ kind: "example", mode: "lossless" });
 * const running = channel.run(ReadableStream.from([tag]));
 * assertEquals(await Array.fromAsync(tags), [tag]);
 * await running;
 * ```
 */
export class Channel {
  readonly #gopCache: GopCacheLimits;
  readonly #clock: Clock;
  readonly #budget: MediaBudget | undefined;
  readonly #rebaser: TimestampRebaser;
  readonly #resentFrames: ResentFrames;
  readonly #subscribers = new Set<Subscriber>();
  /**
   * Publications that have started and are not completely delivered, in order. New consumers get
   * the last one.
   */
  readonly #feeds: PublicationFeed[] = [];
  /** The media of the previous publication. */
  #previousMedia: PublishedMedia | undefined;
  #ended = false;

  /**
   * Makes a channel without a publication.
   *
   * @param gopCache Limits of the media kept for new consumers: 16 MiB and 20 s by default.
   * @param clock The clock for slow consumers and for rates: `performance` by default.
   * @param budget A memory limit that it shares with other channels. Without it, each channel and
   * each consumer has only its own limits.
   * @throws {RangeError} If a limit is not a whole number of at least 0.
   * @throws {TypeError} If the limits are not an object, or the clock is not a clock.
   */
  constructor(
    gopCache: GopCacheLimits = DEFAULT_GOP_CACHE,
    clock: Clock = performance,
    budget?: MediaBudget,
  ) {
    checkObject("the limits", gopCache);
    this.#gopCache = checkGopCacheLimits(gopCache);
    checkFunction("clock.now", Object(clock).now);
    this.#clock = clock;
    this.#budget = budget;
    this.#rebaser = new TimestampRebaser(clock);
    this.#resentFrames = new ResentFrames(clock);
  }

  /** The number of consumers. */
  get consumers(): number {
    return this.#subscribers.size;
  }

  /**
   * The number of consumers that stay for the next publication: viewers, as opposed to recordings.
   */
  get viewers(): number {
    let viewers = 0;
    for (const { survivesPublication } of this.#subscribers) if (survivesPublication) viewers++;
    return viewers;
  }

  /** The bitrate and frame rate of the current publication. */
  get rate(): RateMeter {
    return this.#feed?.rate ?? new RateMeter(this.#clock);
  }

  /** A tag that identifies the codec: see {@linkcode Feed.sample}. */
  sample(type: "audio" | "video"): FlvTag | undefined {
    return this.#feed?.sample(type);
  }

  /** The latest `onMetaData`. */
  get metadata(): FlvTag | undefined {
    return this.#feed?.metadata;
  }

  /**
   * Adds a consumer. It gets the latest publication, even while slow consumers still get the one
   * before. A consumer that is added before the first tag gets everything.
   *
   * @throws {TypeError} If the mode is invalid, or a callback is not a function.
   */
  subscribe(options: SubscribeOptions): Subscription {
    const subscriber = this.#addSubscriber(options);
    this.#feed?.add(subscriber);
    return subscriber;
  }

  /**
   * Starts the next publication of the name. New and waiting consumers get it from now on. Viewers
   * of the previous one follow when they have received all of it. The caller has to run the feed.
   *
   * A lossless consumer holds back only its own publication, not the next: up to 16 MiB at the end
   * of its publication are queued for it. If more than that is queued for all consumers of earlier
   * publications, the next is held back too.
   *
   * @param ledger The publication's ledger, to which its consumers are added.
   * @param options Properties of the publication.
   * @param options.resends Whether it may begin with frames of the previous publication, as a relay
   * does after it has reconnected. Viewers do not get them twice: they are counted as
   * `already-had`.
   */
  open(ledger: PublicationLedger, { resends = false }: { resends?: boolean } = {}): Feed {
    const feed = new PublicationFeed(ledger, {
      clock: this.#clock,
      rebaser: this.#rebaser,
      resentFrames: this.#resentFrames,
      resends,
      gopCache: this.#gopCache,
      budget: this.#budget,
      previousDelivered: this.#feed?.delivered ?? Promise.resolve(),
      addSubscriber: (options) => this.#addSubscriber(options),
      previousMedia: () => this.#previousMedia,
      onDelivered: (viewers, media) => this.#handOver(viewers, media),
    });
    // Otherwise, consumers that never read would accumulate tails without limit.
    let tails = 0;
    for (const { tailBytes } of this.#subscribers) tails += tailBytes;
    if (tails < LOSSLESS_TAIL_BYTES) this.#feed?.prepareHandover();
    this.#feeds.push(feed);
    for (const subscriber of this.#subscribers) if (subscriber.isUnassigned) feed.add(subscriber);
    return feed;
  }

  /**
   * Delivers all tags of a publication. Resolves when every consumer that ends with the publication
   * has read all of its tags. It can be called again for the next publication of the name, whose
   * tags follow all of this one's.
   *
   * @param ledger The publication's ledger, to which its consumers are added.
   * @param prepare Called before the first tag, to subscribe consumers of only this publication.
   * @throws {TypeError} If `tags` is not a stream, already has a reader, or yields anything but
   * tags.
   * @throws What the stream fails with, and what `prepare` throws. The publication is over then, and
   * the next can begin.
   */
  async run(
    tags: ReadableStream<FlvTag>,
    ledger: PublicationLedger = new PublicationLedger(new ReceivedCounts()),
    prepare?: () => void,
  ): Promise<void> {
    const feed = this.open(ledger);
    try {
      prepare?.();
    } catch (error) {
      tags.cancel(error).catch(() => {});
      // The next publication must not wait for one that never began.
      return await feed.run(new ReadableStream({ start: (controller) => controller.error(error) }));
    }
    await feed.run(tags);
  }

  /** Ends the channel. Resolves when every consumer has read all of its tags. */
  async end(): Promise<void> {
    await this.#feed?.delivered;
    this.#ended = true;
    for (const subscriber of this.#subscribers) subscriber.end();
    await Promise.all(Array.from(this.#subscribers, ({ done }) => done));
  }

  get #feed(): PublicationFeed | undefined {
    return this.#feeds.at(-1);
  }

  #addSubscriber(options: SubscribeOptions): Subscriber {
    const subscriber = new Subscriber(options, this.#clock, this.#budget);
    this.#subscribers.add(subscriber);
    subscriber.done.then(() => this.#subscribers.delete(subscriber));
    if (this.#ended) subscriber.end();
    return subscriber;
  }

  /** Moves the viewers of a completely delivered publication to the next one, if there is one. */
  #handOver(viewers: Subscriber[], media: PublishedMedia): void {
    this.#feeds.shift();
    if (!media.isEmpty) this.#previousMedia = media;
    for (const viewer of viewers) this.#feeds[0]?.add(viewer);
  }
}
