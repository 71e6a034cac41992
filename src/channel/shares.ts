/**
 * The shares of a consumer in the publications that it gets, one after the other.
 *
 * @module
 */

import type { ConsumerLedger } from "../ledger/consumer_ledger.ts";
import type { ConsumerShare } from "../ledger/consumer_share.ts";
import { total } from "../ledger/media_sums.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";

/** Keeps each share open until no tag of its publication is queued for the consumer. */
export class Shares {
  /** The share in the current publication, if there is one. */
  current: ConsumerShare | undefined;
  readonly #consumer: ConsumerLedger;
  /** Ledgers of publications with an open share. */
  readonly #ledgers = new Map<ConsumerShare, PublicationLedger>();

  constructor(consumer: ConsumerLedger) {
    this.#consumer = consumer;
  }

  /** Opens the share in a publication. */
  open(ledger: PublicationLedger): void {
    this.current = ledger.add(this.#consumer);
    this.#ledgers.set(this.current, ledger);
  }

  /** Ends the current share; tags that are still queued stay in its ledger. */
  leave(): void {
    const share = this.current;
    this.current = undefined;
    if (share) this.settle(share);
  }

  /** Closes a share that is not the current one, if none of its tags is queued. */
  settle(share: ConsumerShare): void {
    if (share === this.current || total(share.inFlight) > 0) return;
    this.#ledgers.get(share)?.retire(share);
    this.#ledgers.delete(share);
    this.#consumer.close(share);
  }
}
