/**
 * The sums of a whole server.
 *
 * @module
 */

import type { PublicationLedger } from "./publication_ledger.ts";

/** What a server has seen since it started. */
export class ServerLedger {
  /** Connections that were taken in. */
  connections = 0;
  /** Connections that were closed at once because there were too many. */
  tooManyConnections = 0;
  /** Connections that ended before their handshake was done. */
  failedHandshakes = 0;
  /** Connections that broke before they could be taken in, and times there was no room for one. */
  failedAccepts = 0;
  /** Publications that were accepted. */
  publications = 0;
  /** Publications and plays that were refused. */
  refused = 0;
  /** The books of the publications that go on now. */
  readonly current: Set<PublicationLedger> = new Set();
  #closedBalance = 0;

  /** Opens the books of a publication. */
  open(ledger: PublicationLedger): void {
    this.publications++;
    this.current.add(ledger);
  }

  /** Closes the books of a publication; only whether they balanced is kept. */
  close(ledger: PublicationLedger): void {
    if (this.current.delete(ledger)) this.#closedBalance += ledger.balance();
  }

  /** The sum of all balances, past ones included: anything but 0 is a bug of ours. */
  balance(): number {
    let sum = this.#closedBalance;
    for (const ledger of this.current) sum += ledger.balance();
    return sum;
  }
}
