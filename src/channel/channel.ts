/**
 * One publication, given on to any number of consumers.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { mediaKind, sequenceHeaderKey } from "../flv/tag_kind.ts";
import type { ConsumerMode } from "../ledger/consumer_ledger.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";
import { RateMeter } from "./rate_meter.ts";
import { type CountedTag, Subscription, type SubscriptionSource } from "./subscription.ts";

/** What the cache of headers calls the metadata. */
const METADATA = "metadata";

/**
 * Gives the tags of one publication to its consumers. A lossless consumer that does not read holds
 * the publisher back; a live one is skipped forward to a keyframe.
 */
export class Channel implements SubscriptionSource {
  /** What comes in, by the second. */
  readonly rate: RateMeter = new RateMeter();
  readonly #ledger: PublicationLedger;
  readonly #subscriptions = new Set<Subscription>();
  /** The latest metadata and sequence headers. */
  readonly #headers = new Map<string, CountedTag>();
  readonly #firstTags = new Map<FlvTag["type"], FlvTag>();
  #begun = false;
  #ended = false;
  #hasVideo = false;

  /** Makes the channel of the publication whose books these are. */
  constructor(ledger: PublicationLedger) {
    this.#ledger = ledger;
  }

  /** Whether video has come. */
  get hasVideo(): boolean {
    return this.#hasVideo;
  }

  /** A tag that tells what codec is used: the latest sequence header, or the first tag with none. */
  sample(type: "audio" | "video"): FlvTag | undefined {
    return this.#headers.get(`${type}:0`)?.tag ?? this.#firstTags.get(type);
  }

  /** Metadata and sequence headers, at the time of the tag that they are to go before. */
  headersFor({ timestamp }: FlvTag): CountedTag[] {
    return [...this.#headers.values()].map(({ tag, kind }) => ({
      kind,
      tag: { ...tag, timestamp },
    }));
  }

  /**
   * Adds a consumer. One that comes before the first tag gets everything; a later one begins with
   * metadata, sequence headers and the next keyframe.
   *
   * @param kind What it is, for the books.
   */
  subscribe(kind: string, mode: ConsumerMode): Subscription {
    const subscription = new Subscription(kind, mode, this, this.#begun);
    this.#subscriptions.add(subscription);
    this.#ledger.add(subscription.ledger);
    subscription.done.then(() => {
      this.#subscriptions.delete(subscription);
      this.#ledger.retire(subscription.ledger);
    });
    if (this.#ended) subscription.end();
    return subscription;
  }

  /** Gives on all tags, and resolves when every consumer has read what is its own. */
  async run(tags: ReadableStream<FlvTag>): Promise<void> {
    try {
      for await (const tag of tags) await this.#give(tag);
    } finally {
      this.#ended = true;
      for (const subscription of this.#subscriptions) subscription.end();
    }
    while (this.#subscriptions.size > 0) {
      await Promise.all([...this.#subscriptions].map((subscription) => subscription.done));
    }
  }

  async #give(tag: FlvTag): Promise<void> {
    this.#begun = true;
    const counted = { tag, kind: mediaKind(tag.type, tag.data) };
    this.#remember(counted);
    this.rate.add(tag.data.length, counted.kind === "videoFrames");
    let full: Promise<void>[] | undefined;
    for (const subscription of this.#subscriptions) {
      const room = subscription.offer(counted);
      if (room) (full ??= []).push(room);
    }
    if (full) await Promise.all(full);
  }

  #remember(counted: CountedTag): void {
    const { tag, kind } = counted;
    if (!this.#firstTags.has(tag.type)) this.#firstTags.set(tag.type, tag);
    if (tag.type === "video") this.#hasVideo = true;
    if (kind === "scriptTags") this.#headers.set(METADATA, counted);
    if (kind !== "otherTags") return;
    const key = sequenceHeaderKey(tag);
    if (key !== undefined) this.#headers.set(key, counted);
  }
}
