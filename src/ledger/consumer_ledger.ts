/**
 * What became of the frames that one consumer was to get.
 *
 * @module
 */

import { type MediaCounts, type MediaKind, noMedia } from "./counts.ts";

/** Whether a consumer holds the publisher back or is skipped forward when it is slow. */
export type ConsumerMode = "lossless" | "live";

/** Why a consumer did not get what it was to get. */
export type DropReason =
  /** It came in the middle of things, and nothing can be shown before a keyframe. */
  | "before-keyframe"
  /** It took too long to read, and was skipped forward to the next keyframe. */
  | "slow-subscriber"
  /** It has paused. */
  | "paused"
  /** It has asked not to get this kind, or does not know the codec. */
  | "not-wanted"
  /** It left, or failed, before it had read everything. */
  | "consumer-left";

/**
 * The books of one consumer: offered = delivered + in flight + dropped.
 *
 * @example
 * ```ts
 * import { Channel, type FlvTag, PublicationLedger, ReceivedCounts } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0x2f, 1, 2, 3) };
 * const channel = new Channel();
 * const { tags, ledger } = channel.subscribe({ kind: "example", mode: "lossless", audio: false });
 * const running = channel.run(ReadableStream.from([tag]), new PublicationLedger(new ReceivedCounts()));
 * assertEquals(await Array.fromAsync(tags), []);
 * await running;
 * assertEquals(ledger.offered.audioFrames, 1);
 * assertEquals(ledger.dropped["not-wanted"]?.audioFrames, 1);
 * assertEquals(ledger.balance(), 0);
 * ```
 */
export class ConsumerLedger {
  /** Tells this consumer from others of its publication. */
  readonly id: string;
  /** What it is: `recording`, `http-flv` and so on. */
  readonly kind: string;
  /** Lossless or live. */
  readonly mode: ConsumerMode;
  /** What was published while it was there. */
  readonly offered: MediaCounts = noMedia();
  /** What it has taken. */
  readonly delivered: MediaCounts = noMedia();
  /** What it has not been given, by reason. */
  readonly dropped: Partial<Record<DropReason, MediaCounts>> = {};
  /** Whether an operator has ended its connection. */
  kicked = false;
  readonly #inFlight: () => MediaCounts;

  /**
   * Opens the books.
   *
   * @param kind What the consumer is.
   * @param mode Lossless or live.
   * @param inFlight Counts what waits for the consumer right now.
   */
  constructor(kind: string, mode: ConsumerMode, inFlight: () => MediaCounts) {
    this.id = crypto.randomUUID();
    this.kind = kind;
    this.mode = mode;
    this.#inFlight = inFlight;
  }

  /** Tags that wait for it, counted now. */
  get inFlight(): MediaCounts {
    return this.#inFlight();
  }

  /** Counts a tag that the consumer does not get. */
  drop(kind: MediaKind, reason: DropReason): void {
    (this.dropped[reason] ??= noMedia())[kind]++;
  }

  /** Offered − delivered − in flight − dropped, in tags: anything but 0 is a bug of ours. */
  balance(): number {
    const dropped = Object.values(this.dropped).reduce((sum, counts) => sum + total(counts), 0);
    return total(this.offered) - total(this.delivered) - total(this.inFlight) - dropped;
  }

  /** The books as the API shows them. */
  toJSON(): Record<string, unknown> {
    const { id, kind, mode, offered, delivered, inFlight, dropped } = this;
    return { id, kind, mode, offered, delivered, inFlight: nonZero(inFlight), dropped };
  }
}

/** All tags of a count. */
export function total(counts: MediaCounts): number {
  return counts.videoFrames + counts.audioFrames + counts.scriptTags + counts.otherTags;
}

function nonZero(counts: MediaCounts): Partial<MediaCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
