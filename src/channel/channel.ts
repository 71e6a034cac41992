/**
 * One name, whoever publishes it, and those who consume it.
 *
 * @module
 */

import { checkTag, copyTag, type FlvTag } from "../flv/flv_tag.ts";
import { mediaKind } from "../flv/tag_kind.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";
import { ContinuedClock } from "./continued_clock.ts";
import { GopCache, type GopCacheLimits, METADATA } from "./gop_cache.ts";
import { RateMeter } from "./rate_meter.ts";
import { Subscriber, type SubscriptionSource } from "./subscriber.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";

/**
 * Gives the tags of a publication to its consumers. A lossless consumer that does not read holds
 * the publisher back; a live one is skipped forward to a keyframe. A newcomer begins with metadata,
 * sequence headers and everything since the last keyframe.
 *
 * @example
 * ```ts
 * import { Channel, type FlvTag, PublicationLedger, ReceivedCounts } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0x2f, 1, 2, 3) };
 * const channel = new Channel();
 * const { tags } = channel.subscribe({ kind: "example", mode: "lossless" });
 * const running = channel.run(ReadableStream.from([tag]), new PublicationLedger(new ReceivedCounts()));
 * assertEquals(await Array.fromAsync(tags), [tag]);
 * await running;
 * ```
 */
export class Channel {
  /** What comes in, by the second. */
  readonly rate: RateMeter = new RateMeter();
  readonly #cache: GopCache;
  readonly #clock = new ContinuedClock();
  readonly #subscribers = new Set<Subscriber>();
  readonly #firstTags = new Map<FlvTag["type"], FlvTag>();
  /** What `sample` and `metadata` give of the tags that are kept for consumers. */
  readonly #copies = new WeakMap<FlvTag, FlvTag>();
  #ledger: PublicationLedger | undefined;
  /** The publication that is given on now; the next one has to wait for it. */
  #giving: Promise<Subscriber[]> = Promise.resolve([]);
  /** When the first tag of the publication came, by `performance.now()`. */
  #begunAt: number | undefined;
  #ended = false;
  readonly #source: SubscriptionSource;

  /**
   * Makes a channel that nobody publishes to yet.
   *
   * @param gopCache What may be kept for newcomers: 16 MiB and 20 s unless given.
   */
  constructor(gopCache?: GopCacheLimits) {
    this.#cache = new GopCache(gopCache);
    this.#source = {
      headersFor: (tag) => this.#cache.headersFor(tag),
      hasVideo: () => this.#cache.hasVideo,
      hasAudio: () => this.#cache.hasAudio,
      age: () => this.#begunAt === undefined ? 0 : performance.now() - this.#begunAt,
    };
  }

  /** How many consumers there are. */
  get consumers(): number {
    return this.#subscribers.size;
  }

  /** How many of them would outlive a publication: those who watch, as opposed to recordings. */
  get viewers(): number {
    let viewers = 0;
    for (const { outlives } of this.#subscribers) if (outlives) viewers++;
    return viewers;
  }

  /** A tag that tells what codec is used: the latest sequence header, or the first tag with none. */
  sample(type: "audio" | "video"): FlvTag | undefined {
    return this.#copyOf(this.#cache.header(`${type}:0`) ?? this.#firstTags.get(type));
  }

  /** The latest `onMetaData`. */
  get metadata(): FlvTag | undefined {
    return this.#copyOf(this.#cache.header(METADATA));
  }

  /** Adds a consumer. One that comes before the first tag gets everything. */
  subscribe(options: SubscribeOptions): Subscription {
    const subscriber = new Subscriber(options, this.#source);
    this.#subscribers.add(subscriber);
    this.#ledger?.add(subscriber.ledger);
    subscriber.done.then(() => {
      this.#subscribers.delete(subscriber);
      this.#ledger?.retire(subscriber.ledger);
    });
    if (this.#begunAt !== undefined) subscriber.catchUp(this.#cache.frames);
    if (this.#ended) subscriber.end();
    return subscriber;
  }

  /**
   * Gives on all tags of a publication, and resolves when every consumer that does not outlive it
   * has read what is its own. It can be called again for the next publication of the name, whose
   * tags come behind all of this one's.
   *
   * @param ledger The publication's books, to which the consumers' are added.
   * @param prepare Called before the first tag, to subscribe whoever wants just this publication.
   */
  async run(
    tags: ReadableStream<FlvTag>,
    ledger: PublicationLedger,
    prepare?: () => void,
  ): Promise<void> {
    this.#giving = this.#giving.catch(() => []).then(() => this.#giveAll(tags, ledger, prepare));
    const own = await this.#giving;
    await Promise.all(own.map((subscriber) => subscriber.done));
  }

  /** Nothing more comes: resolves when every consumer has read what is its own. */
  async end(): Promise<void> {
    await this.#giving.catch(() => {});
    this.#ended = true;
    for (const subscriber of this.#subscribers) subscriber.end();
    await Promise.all([...this.#subscribers].map((subscriber) => subscriber.done));
  }

  /** Gives on all tags and returns the consumers that have ended with them. */
  async #giveAll(
    tags: ReadableStream<FlvTag>,
    ledger: PublicationLedger,
    prepare: (() => void) | undefined,
  ): Promise<Subscriber[]> {
    this.#takeOver(ledger);
    prepare?.();
    const reader = tags.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const full = this.#give(next.value);
        if (full) await full;
      }
    } catch (error) {
      await reader.cancel(error);
      throw error;
    } finally {
      for (const subscriber of this.#own) subscriber.end();
    }
    return this.#own;
  }

  /** A copy of a tag that no consumer gets, always the same one. */
  #copyOf(tag: FlvTag | undefined): FlvTag | undefined {
    if (!tag) return undefined;
    const copy = this.#copies.get(tag) ?? copyTag(tag);
    this.#copies.set(tag, copy);
    return copy;
  }

  /** The consumers that end with their publication. */
  get #own(): Subscriber[] {
    return [...this.#subscribers].filter(({ outlives }) => !outlives);
  }

  #takeOver(ledger: PublicationLedger): void {
    for (const subscriber of this.#subscribers) {
      this.#ledger?.retire(subscriber.ledger);
      ledger.add(subscriber.ledger);
    }
    this.#ledger = ledger;
    this.#cache.clear();
    this.#firstTags.clear();
    this.#clock.restart();
    this.#begunAt = undefined;
  }

  /** Gives a tag to all consumers; a promise when one of them has to make room first. */
  #give(given: FlvTag): Promise<unknown> | undefined {
    const published = checkTag(given);
    const kind = mediaKind(published.type, published.data);
    const timestamp = this.#clock.time(published.timestamp, kind);
    const tag = timestamp === published.timestamp ? published : { ...published, timestamp };
    const counted = { tag, kind };
    this.#begunAt ??= performance.now();
    this.#cache.add(counted);
    if (!this.#firstTags.has(tag.type)) this.#firstTags.set(tag.type, tag);
    this.rate.add(tag.data.length, kind === "videoFrames");
    let full: Promise<void>[] | undefined;
    for (const subscriber of this.#subscribers) {
      const room = subscriber.offer(counted);
      if (room) (full ??= []).push(room);
    }
    return full && Promise.all(full);
  }
}
