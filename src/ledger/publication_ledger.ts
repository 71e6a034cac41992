/**
 * The ledger of one publication: what was received, delivered and dropped.
 *
 * @module
 */

import type { ConsumerMode } from "./consumer.ts";
import {
  addConsumerCounts,
  allDropped,
  type ConsumerCounts,
  noConsumerCounts,
} from "./consumer_counts.ts";
import type { ConsumerLedger } from "./consumer_ledger.ts";
import type { ConsumerShare } from "./consumer_share.ts";
import { type MediaCounts, noMedia } from "./counts.ts";
import { total } from "./media_sums.ts";
import type { ReceivedCounts } from "./received_counts.ts";

/** The sums of former consumers of one kind. */
interface FormerConsumers extends ConsumerCounts {
  kind: string;
  mode: ConsumerMode;
  count: number;
  /** How many of them an operator has disconnected. */
  kicked: number;
  balance: number;
}

/** The same, with all dropped tags in one sum. */
interface FormerConsumerSums extends Omit<FormerConsumers, "dropped"> {
  dropped: MediaCounts;
}

/**
 * The ledger of one publication, layer by layer: what was received, what became tags, and what each
 * consumer got. Each layer counts for itself, so that a frame lost between two layers shows.
 *
 * @example
 * ```ts
 * import { publishRtmp, serveRtmp } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const server = serveRtmp({ hostname: "127.0.0.1", port: 0 }, async ({ tags, ledger }) => {
 *   for await (const tag of tags) assertEquals(tag.type, "audio");
 *   assertEquals(ledger.received.audioFrames, 1);
 *   assertEquals(ledger.tags.audioFrames, 1);
 *   assertEquals(ledger.balance(), 0);
 * });
 *
 * const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo`;
 * const { writable } = await publishRtmp(url);
 * const data = Uint8Array.of(0xaf, 1, 0x21);
 * await ReadableStream.from([{ type: "audio" as const, timestamp: 0, data }]).pipeTo(writable);
 * await server.shutdown();
 * ```
 */
export class PublicationLedger {
  /** Bytes, chunks and messages that the connection has received. */
  readonly connection: ReceivedCounts;
  /** Messages of this publication as they arrived, by what they carry. */
  readonly received: MediaCounts = noMedia();
  /** Tags that the application has received. */
  readonly tags: MediaCounts = noMedia();
  /** Tags that arrived after the application had cancelled the stream of tags. */
  readonly unread: MediaCounts = noMedia();
  /** Tags on their way from `received` to `tags` at this moment. */
  readonly inFlight: MediaCounts = noMedia();
  readonly #consumers = new Set<ConsumerShare>();
  readonly #former = new Map<string, FormerConsumers>();

  /** Opens the ledger of a publication on the connection with these counts. */
  constructor(connection: ReceivedCounts) {
    this.connection = connection;
  }

  /** The shares of consumers that still get tags of the publication. */
  get consumers(): ConsumerShare[] {
    return [...this.#consumers];
  }

  /** The counts of all consumers by kind, including those that have left. */
  consumption(): Map<string, ConsumerCounts> {
    const sums = new Map<string, ConsumerCounts>();
    const add = (kind: string, counts: ConsumerCounts) => {
      const sum = sums.get(kind) ?? noConsumerCounts();
      sums.set(kind, sum);
      addConsumerCounts(sum, counts);
    };
    for (const [kind, departed] of this.#former) add(kind, departed);
    for (const share of this.#consumers) add(share.kind, share);
    return sums;
  }

  /** Adds a consumer. Returns its share, which counts what it gets of this publication. */
  add(consumer: ConsumerLedger): ConsumerShare {
    const share = consumer.open();
    this.#consumers.add(share);
    return share;
  }

  /** Closes the share of a consumer that gets no more tags; only the sum of its kind is kept. */
  retire(share: ConsumerShare): void {
    if (!this.#consumers.delete(share)) return;
    const { kind, mode } = share;
    const sums = this.#former.get(kind) ??
      { kind, mode, count: 0, kicked: 0, balance: 0, ...noConsumerCounts() };
    this.#former.set(kind, sums);
    sums.count++;
    if (share.consumer.kicked) sums.kicked++;
    addConsumerCounts(sums, share);
    sums.balance += Math.abs(share.balance());
  }

  /** Received − delivered − in flight − dropped over all layers: any value but 0 is a bug. */
  balance(): number {
    const { received, tags, inFlight, unread } = this;
    const stage = total(received) - total(tags) - total(inFlight) - total(unread);
    const consumers = this.consumers.map((consumer) => consumer.balance());
    const departed = [...this.#former.values()].map((sums) => sums.balance);
    return [stage, ...consumers, ...departed].reduce((sum, part) => sum + Math.abs(part), 0);
  }

  /**
   * The ledger in one sentence, for the log: what was received, and what each kind of consumer got.
   */
  describe(): string {
    const balance = this.balance();
    return [
      `Received ${frames(this.received)}`,
      ...mentionIfAny(this.unread, "unread"),
      ...this.#formerSums().map(describeConsumers),
      balance === 0 ? "The books balance" : `The books are off by ${balance}`,
    ].join("; ");
  }

  /** The ledger as the API shows it. */
  toJSON(): Record<string, unknown> {
    const { bytes, chunks, messages, misaddressed, discarded } = this.connection;
    return {
      received: { bytes, chunks, messages, misaddressed, ...this.received, discarded },
      tags: this.tags,
      inFlight: this.inFlight,
      unread: this.unread,
      consumers: this.consumers,
      departed: this.#formerSums(),
      balance: this.balance(),
    };
  }

  /** Former consumers, with all dropped tags in one sum. */
  #formerSums(): FormerConsumerSums[] {
    return [...this.#former.values()].map((sums) => {
      const { kind, mode, count, kicked, delivered, balance } = sums;
      return { kind, mode, count, kicked, delivered, dropped: allDropped(sums), balance };
    });
  }
}

function describeConsumers(
  { kind, count, kicked, delivered, dropped }: FormerConsumerSums,
): string {
  const disconnected = kicked > 0 ? ` (${kicked} sent away)` : "";
  const parts = [`${frames(delivered)} delivered`, ...mentionIfAny(dropped, "dropped")];
  return `${count} × ${kind}${disconnected}: ${parts.join(", ")}`;
}

/** A count of frames with its name, as a list; empty if there are no frames. */
function mentionIfAny(counts: MediaCounts, what: string): string[] {
  return counts.videoFrames + counts.audioFrames > 0 ? [`${frames(counts)} ${what}`] : [];
}

function frames({ videoFrames, audioFrames }: MediaCounts): string {
  return `${videoFrames} video and ${audioFrames} audio`;
}
