/**
 * One stream name: its publications, one after the other, and their consumers.
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
 * Gives the tags of a publication to its consumers. A lossless consumer that does not read holds
 * the publisher back; a live one is skipped forward to a keyframe. A newcomer begins with metadata,
 * sequence headers and everything since the last keyframe; where there is none, with sound.
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
  /** Publications that have begun and not been given yet, in their order: newcomers get the last. */
  readonly #feeds: PublicationFeed[] = [];
  /** The media of the publication that has been given last. */
  #previousMedia: PublishedMedia | undefined;
  #ended = false;

  /**
   * Makes a channel without a publication.
   *
   * @param gopCache Limits of the media kept for new consumers: 16 MiB and 20 s by default.
   * @param clock The clock for slow consumers and for rates: `performance` by default.
   * @param budget What it may keep together with other channels: without one each channel, and each
   * consumer, has its own limits alone.
   * @throws {RangeError} If a limit is no whole number of at least 0.
   * @throws {TypeError} If the limits are no object, or the clock is none.
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

  /** How many consumers there are. */
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

  /** What comes in, by the second. */
  get rate(): RateMeter {
    return this.#feed?.rate ?? new RateMeter(this.#clock);
  }

  /** A tag that tells what codec is used: see {@linkcode Feed.sample}. */
  sample(type: "audio" | "video"): FlvTag | undefined {
    return this.#feed?.sample(type);
  }

  /** The latest `onMetaData`. */
  get metadata(): FlvTag | undefined {
    return this.#feed?.metadata;
  }

  /**
   * Adds a consumer. It gets the latest publication that has begun, even while consumers that are
   * slow still get the one before. One that comes before the first tag gets everything.
   *
   * @throws {TypeError} If the mode is none, or a function among the options is none.
   */
  subscribe(options: SubscribeOptions): Subscription {
    const subscriber = this.#addSubscriber(options);
    this.#feed?.add(subscriber);
    return subscriber;
  }

  /**
   * Begins the next publication of the name. New and waiting consumers get it from now on; viewers of
   * the one before follow when they have received all of that. The caller has to run the feed.
   *
   * A lossless consumer holds back the publication with which it ends, not the next: up to 16 MiB of
   * what that publication had sent last wait for it, as long as no more than that waits for all
   * consumers of publications before. Then the next is held back too.
   *
   * @param ledger The publication's ledger, to which its consumers are added.
   * @param options What is known of the publication.
   * @param options.resends Whether it may begin with frames of the one before, as a relay does that
   * has connected again. Viewers do not get them twice: they are counted as `already-had`.
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
    // Consumers that never read must not let more and more pile up by this.
    let tails = 0;
    for (const { tailBytes } of this.#subscribers) tails += tailBytes;
    if (tails < LOSSLESS_TAIL_BYTES) this.#feed?.prepareHandover();
    this.#feeds.push(feed);
    for (const subscriber of this.#subscribers) if (subscriber.isUnassigned) feed.add(subscriber);
    return feed;
  }

  /**
   * Gives all tags of a publication, and resolves when every consumer that does not survive it has
   * read what is its own. It can be called again for the next publication of the name, whose tags
   * follow all of this one's.
   *
   * @param ledger The publication's ledger, to which its consumers are added.
   * @param prepare Called before the first tag, to subscribe consumers of only this publication.
   * @throws {TypeError} If it is no stream, or has a reader already, or gives what is no tag.
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

  /** Nothing more comes: resolves when every consumer has read what is its own. */
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

  /** The first of the publications has been given: its viewers get the next, if it has begun. */
  #handOver(viewers: Subscriber[], media: PublishedMedia): void {
    this.#feeds.shift();
    if (!media.isEmpty) this.#previousMedia = media;
    for (const viewer of viewers) this.#feeds[0]?.add(viewer);
  }
}
