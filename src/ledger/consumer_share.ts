/**
 * The share of one consumer in one publication.
 *
 * @module
 */

import type { Consumer, ConsumerMode, DropReason } from "./consumer.ts";
import { accountToJson, balanceOf, type ConsumerAccount } from "./consumer_counts.ts";
import { type MediaCounts, type MediaKind, noMedia } from "./counts.ts";

/**
 * The part of a consumer's ledger that belongs to one publication. A viewer that stays when another
 * publication continues the stream has a share in each of them. Tags that wait for the viewer at that
 * moment stay in the share of their own publication.
 *
 * @example
 * ```ts
 * import { Channel, type FlvTag, PublicationLedger, ReceivedCounts } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0x2f, 1, 2, 3) };
 * const channel = new Channel();
 * const { tags } = channel.subscribe({ kind: "example", mode: "live" });
 * const ledger = new PublicationLedger(new ReceivedCounts());
 * const running = channel.run(ReadableStream.from([tag]), ledger);
 * const [share] = ledger.consumers;
 * await Array.fromAsync(tags);
 * await running;
 * assertEquals([share?.kind, share?.delivered.audioFrames], ["example", 1]);
 * ```
 */
export class ConsumerShare implements ConsumerAccount {
  /** The consumer. */
  readonly consumer: Consumer;
  /** Tags that were published while the consumer was there. */
  readonly offered: MediaCounts = noMedia();
  /** Tags that it has received. */
  readonly delivered: MediaCounts = noMedia();
  /** Tags that wait for it. */
  readonly inFlight: MediaCounts = noMedia();
  /** Tags that it did not receive, by reason. */
  readonly dropped: Partial<Record<DropReason, MediaCounts>> = {};

  /** Opens the share of a consumer in a publication. */
  constructor(consumer: Consumer) {
    this.consumer = consumer;
  }

  /** The unique id of the consumer. */
  get id(): string {
    return this.consumer.id;
  }

  /** The kind of consumer: `recording`, `http-flv` and so on. */
  get kind(): string {
    return this.consumer.kind;
  }

  /** Lossless or live. */
  get mode(): ConsumerMode {
    return this.consumer.mode;
  }

  /** Counts a tag that the consumer does not get. */
  drop(kind: MediaKind, reason: DropReason): void {
    (this.dropped[reason] ??= noMedia())[kind]++;
  }

  /** Offered − delivered − in flight − dropped, in tags: any value but 0 is a bug. */
  balance(): number {
    return balanceOf(this);
  }

  /** The share as the API shows it. */
  toJSON(): Record<string, unknown> {
    const { id, kind, mode, address, connection, since } = this.consumer;
    return {
      ...{ id, kind, mode, address: address ?? null, connection: connection ?? null, since },
      ...accountToJson(this),
    };
  }
}
