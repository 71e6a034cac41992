/**
 * The shares of a consumer in the publications that it gets, one after the other.
 *
 * @module
 */

import type { ConsumerLedger } from "../ledger/consumer_ledger.ts";
import type { ConsumerShare } from "../ledger/consumer_share.ts";
import { total } from "../ledger/media_sums.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";

/** Keeps each share open until nothing of its publication waits for the consumer. */
export class Shares {
  /** The share in the publication that is given now, if one is. */
  current: ConsumerShare | undefined;
  readonly #consumer: ConsumerLedger;
  /** Ledgers of publications of which something still waits. */
  readonly #ledgers = new Map<ConsumerShare, PublicationLedger>();

  constructor(consumer: ConsumerLedger) {
    this.#consumer = consumer;
  }

  /** Opens the share in a publication. */
  open(ledger: PublicationLedger): void {
    this.current = ledger.add(this.#consumer);
    this.#ledgers.set(this.current, ledger);
  }

  /** The publication gives nothing more: what waits of it stays in its ledger. */
  leave(): void {
    const share = this.current;
    this.current = undefined;
    if (share) this.settle(share);
  }

  /** Closes a share that is not the current one, once nothing of it waits. */
  settle(share: ConsumerShare): void {
    if (share === this.current || total(share.inFlight) > 0) return;
    this.#ledgers.get(share)?.retire(share);
    this.#ledgers.delete(share);
    this.#consumer.close(share);
  }
}
