/**
 * The ledger of one consumer.
 *
 * @module
 */

import type { Consumer, ConsumerMode, DropReason } from "./consumer.ts";
import {
  accountToJson,
  addAccount,
  balanceOf,
  type ConsumerAccount,
  noAccount,
} from "./consumer_counts.ts";
import { ConsumerShare } from "./consumer_share.ts";
import type { MediaCounts } from "./counts.ts";

/** The facts that identify a new consumer. */
export type ConsumerFacts =
  & Pick<Consumer, "kind" | "mode">
  & Partial<Pick<Consumer, "address" | "connection">>;

/**
 * The ledger of one consumer, over all publications that it gets: offered = delivered + in flight +
 * dropped.
 *
 * @example
 * ```ts
 * import { Channel, type FlvTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0x2f, 1, 2, 3) };
 * const channel = new Channel();
 * const { tags, ledger } = channel.subscribe({ kind: "example", mode: "lossless", audio: false });
 * const running = channel.run(ReadableStream.from([tag]));
 * assertEquals(await Array.fromAsync(tags), []);
 * await running;
 * assertEquals(ledger.offered.audioFrames, 1);
 * assertEquals(ledger.dropped["not-wanted"]?.audioFrames, 1);
 * assertEquals(ledger.balance(), 0);
 * ```
 */
export class ConsumerLedger implements Consumer, ConsumerAccount {
  /** The unique id of the consumer. */
  readonly id: string = crypto.randomUUID();
  /** The kind of consumer: `recording`, `http-flv` and so on. */
  readonly kind: string;
  /** Lossless or live. */
  readonly mode: ConsumerMode;
  /** Its address, as `address:port`, or the target of a push; `undefined` for a local consumer. */
  readonly address: string | undefined;
  /** The id of its connection, as in the log; `undefined` if it has none. */
  readonly connection: string | undefined;
  /** When it began to wait for tags. */
  readonly since: Date = new Date();
  /** Whether an operator has ended its connection. */
  kicked = false;
  readonly #shares = new Set<ConsumerShare>();
  /** The sum of the shares that are closed. */
  readonly #closed: ConsumerAccount = noAccount();

  /** Opens the ledger of a new consumer. */
  constructor({ kind, mode, address, connection }: ConsumerFacts) {
    this.kind = kind;
    this.mode = mode;
    this.address = address;
    this.connection = connection;
  }

  /** Tags that were published while it was there. */
  get offered(): MediaCounts {
    return this.#sum().offered;
  }

  /** Tags that it has received. */
  get delivered(): MediaCounts {
    return this.#sum().delivered;
  }

  /** Tags that wait for it. */
  get inFlight(): MediaCounts {
    return this.#sum().inFlight;
  }

  /** Tags that it did not receive, by reason. */
  get dropped(): Partial<Record<DropReason, MediaCounts>> {
    return this.#sum().dropped;
  }

  /** Opens its share in a publication. */
  open(): ConsumerShare {
    const share = new ConsumerShare(this);
    this.#shares.add(share);
    return share;
  }

  /** Closes a share, whose counts are final. */
  close(share: ConsumerShare): void {
    if (this.#shares.delete(share)) addAccount(this.#closed, share);
  }

  /** Offered − delivered − in flight − dropped, in tags: any value but 0 is a bug. */
  balance(): number {
    return balanceOf(this.#sum());
  }

  /** The ledger as the API shows it. */
  toJSON(): Record<string, unknown> {
    const { id, kind, mode, address, connection, since } = this;
    return {
      ...{ id, kind, mode, address: address ?? null, connection: connection ?? null, since },
      ...accountToJson(this.#sum()),
    };
  }

  #sum(): ConsumerAccount {
    const sum = noAccount();
    addAccount(sum, this.#closed);
    for (const share of this.#shares) addAccount(sum, share);
    return sum;
  }
}
