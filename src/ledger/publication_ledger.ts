/**
 * What came of one publication, and where it went.
 *
 * @module
 */

import { type ConsumerLedger, type ConsumerMode, total } from "./consumer_ledger.ts";
import { type MediaCounts, type MediaKind, noMedia } from "./counts.ts";
import type { ReceivedCounts } from "./received_counts.ts";

/** The sums of consumers that have left, one for each kind. */
interface DepartedConsumers {
  kind: string;
  mode: ConsumerMode;
  count: number;
  delivered: MediaCounts;
  dropped: MediaCounts;
  balance: number;
}

/**
 * The books of one publication, layer by layer: what was received, what became tags, and what each
 * consumer got. Everything is counted where it passes, so that a frame lost between two layers shows.
 */
export class PublicationLedger {
  /** What the connection received: bytes, chunks, messages. */
  readonly connection: ReceivedCounts;
  /** Messages of this publication as they arrived, by what they carry. */
  readonly received: MediaCounts = noMedia();
  /** What the application has been given as tags. */
  readonly tags: MediaCounts = noMedia();
  /** What arrived when nobody was left to read it. */
  readonly unread: MediaCounts = noMedia();
  /** What is on its way from the first to the second at this moment. */
  readonly inFlight: MediaCounts = noMedia();
  readonly #consumers = new Map<string, ConsumerLedger>();
  readonly #departed = new Map<string, DepartedConsumers>();

  /** Opens the books of a publication on the connection whose counts these are. */
  constructor(connection: ReceivedCounts) {
    this.connection = connection;
  }

  /** Those who consume the publication now. */
  get consumers(): ConsumerLedger[] {
    return [...this.#consumers.values()];
  }

  /** Adds the books of a consumer. */
  add(consumer: ConsumerLedger): void {
    this.#consumers.set(consumer.id, consumer);
  }

  /** Closes the books of a consumer that left: only the sum of its kind is kept. */
  retire(consumer: ConsumerLedger): void {
    if (!this.#consumers.delete(consumer.id)) return;
    const { kind, mode } = consumer;
    const sums = this.#departed.get(kind) ??
      { kind, mode, count: 0, delivered: noMedia(), dropped: noMedia(), balance: 0 };
    this.#departed.set(kind, sums);
    sums.count++;
    addTo(sums.delivered, consumer.delivered);
    for (const counts of Object.values(consumer.dropped)) addTo(sums.dropped, counts);
    sums.balance += Math.abs(consumer.balance());
  }

  /** Received − delivered − in flight − dropped over all layers: anything but 0 is a bug of ours. */
  balance(): number {
    const { received, tags, inFlight, unread } = this;
    const stage = total(received) - total(tags) - total(inFlight) - total(unread);
    const consumers = this.consumers.map((consumer) => consumer.balance());
    const departed = [...this.#departed.values()].map((sums) => sums.balance);
    return [stage, ...consumers, ...departed].reduce((sum, part) => sum + Math.abs(part), 0);
  }

  /** The books in one sentence, for the log. */
  describe(): string {
    const { received, connection } = this;
    const came =
      `Received ${received.videoFrames} video and ${received.audioFrames} audio frames ` +
      `in ${connection.messages} messages and ${connection.chunks} chunks`;
    const { videoFrames, audioFrames } = this.unread;
    const left = videoFrames + audioFrames > 0
      ? [`${videoFrames} and ${audioFrames} were not read`]
      : [];
    const went = [...this.#departed.values()].map(({ kind, count, delivered, dropped }) =>
      `${count} × ${kind}: ${delivered.videoFrames} video and ${delivered.audioFrames} audio ` +
      `delivered, ${dropped.videoFrames} and ${dropped.audioFrames} dropped`
    );
    const balance = this.balance();
    const verdict = balance === 0 ? "The books balance" : `The books are off by ${balance}`;
    return [came, ...left, ...went, verdict].join("; ");
  }

  /** The books as the API shows them. */
  toJSON(): Record<string, unknown> {
    const { bytes, chunks, messages, discarded } = this.connection;
    return {
      received: { bytes, chunks, messages, ...this.received, discarded },
      tags: this.tags,
      unread: this.unread,
      consumers: this.consumers,
      departed: [...this.#departed.values()],
      balance: this.balance(),
    };
  }
}

function addTo(sum: MediaCounts, counts: MediaCounts): void {
  for (const kind of Object.keys(sum) as MediaKind[]) sum[kind] += counts[kind];
}
