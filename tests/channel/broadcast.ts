/**
 * A channel that a test publishes to, tag by tag.
 *
 * @module
 */

import { Channel } from "../../src/channel/channel.ts";
import type { GopCacheLimits } from "../../src/channel/gop_cache.ts";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import type { SubscribeOptions, Subscription } from "../../src/channel/subscription.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { TestClock } from "../support/clock.ts";
import { promisesDone } from "../support/streams.ts";

/** A channel whose time stands still until a test moves it. */
export class TestChannel extends Channel {
  readonly clock: TestClock;

  constructor(limits?: GopCacheLimits, clock: TestClock = new TestClock()) {
    super(limits, clock);
    this.clock = clock;
  }
}

/** One publication on a channel. */
export class Broadcast {
  readonly channel: TestChannel;
  readonly ledger: PublicationLedger = new PublicationLedger(new ReceivedCounts());
  /** Resolves when the channel has given everything on. */
  readonly running: Promise<void>;
  /** How many tags the channel has taken. */
  taken = 0;
  readonly #waiting: FlvTag[] = [];
  readonly #publication: ReadableStreamDefaultController<FlvTag>;
  #wanted = false;
  #ending = false;

  constructor(channel: TestChannel = new TestChannel()) {
    this.channel = channel;
    let controller!: ReadableStreamDefaultController<FlvTag>;
    const tags = new ReadableStream<FlvTag>({
      start: (given) => void (controller = given),
      pull: () => {
        this.#wanted = true;
        this.#give();
      },
    }, { highWaterMark: 0 });
    this.#publication = controller;
    this.running = channel.run(tags, this.ledger);
  }

  /** Makes a channel with a cache of its own limits. */
  static withCache(limits: GopCacheLimits): Broadcast {
    return new Broadcast(new TestChannel(limits));
  }

  /** Lets time pass, in milliseconds. */
  advance(milliseconds: number): void {
    this.channel.clock.advance(milliseconds);
  }

  /** Publishes tags, and waits until all consumers have read what they read by themselves. */
  async send(...tags: FlvTag[]): Promise<void> {
    this.#waiting.push(...tags);
    this.#give();
    await promisesDone();
  }

  /** Ends the publication and waits for all that ends with it. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#give();
    await this.running;
  }

  /** Breaks the publication off. */
  fail(error: Error): void {
    this.#publication.error(error);
  }

  /** A consumer that reads everything at once. */
  reader(options: Partial<SubscribeOptions> = {}): Reader {
    return new Reader(this.subscribe(options));
  }

  /** A consumer that does not read yet. */
  subscribe(options: Partial<SubscribeOptions> = {}): Subscription {
    return this.channel.subscribe({ kind: "test", mode: "live", ...options });
  }

  /** One tag for each time that the channel asks. */
  #give(): void {
    if (!this.#wanted) return;
    const tag = this.#waiting.shift();
    if (!tag) return this.#ending ? this.#publication.close() : undefined;
    this.#wanted = false;
    this.taken++;
    this.#publication.enqueue(tag);
  }
}

/** What a consumer has read so far. */
export class Reader {
  readonly subscription: Subscription;
  readonly tags: FlvTag[] = [];
  /** Resolves when there is nothing more to read. */
  readonly done: Promise<void>;

  constructor(subscription: Subscription) {
    this.subscription = subscription;
    this.done = this.#read();
  }

  async #read(): Promise<void> {
    for await (const tag of this.subscription.tags) this.tags.push(tag);
  }
}

/** Metadata that differs with its number. */
export function metadata(number: number): FlvTag {
  return { type: "script", timestamp: 0, data: encodeAmf0("onMetaData", number % 26) };
}

/** The sequence header of AVC or AAC, as far as its tag header goes. */
export function sequenceHeader(type: "audio" | "video", number: number): FlvTag {
  const head = type === "video" ? [0x17, 0, 0, 0, 0] : [0xaf, 0];
  return { type, timestamp: 0, data: Uint8Array.of(...head, number & 0xff) };
}

/** A frame of audio. */
export function audioTag(timestamp: number, ...content: number[]): FlvTag {
  return { type: "audio", timestamp, data: Uint8Array.of(0xaf, 1, 0x21, ...content) };
}
