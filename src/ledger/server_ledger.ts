/**
 * The ledger of a whole server.
 *
 * @module
 */

import type { PublicationLedger } from "./publication_ledger.ts";

/** Why a publish, a play or a connection was refused. */
export type RefusalReason =
  /** The application refused or could not decide, or the peer did not prove its password. */
  | "not-authorized"
  /** No stream can have the requested name. */
  | "invalid-name"
  /** Another publisher has the name. */
  | "name-taken"
  /** There is nothing to play. */
  | "not-playable";

/**
 * The counts of a server since it started.
 *
 * @example
 * ```ts
 * import { publishRtmp, serveRtmp } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const server = serveRtmp({ hostname: "127.0.0.1", port: 0 }, async ({ tags }) => {
 *   await tags.pipeTo(new WritableStream());
 * });
 * await (await publishRtmp(`rtmp://127.0.0.1:${server.addr.port}/live/demo`)).close();
 * await server.shutdown();
 * assertEquals([server.ledger.connections, server.ledger.publications], [1, 1]);
 * assertEquals(server.ledger.balance(), 0);
 * ```
 */
export class ServerLedger {
  /** Accepted connections. */
  connections = 0;
  /** Connections that were closed at once because of the limit on connections. */
  tooManyConnections = 0;
  /** Connections that were closed at once because too few file descriptors were left. */
  shortOfDescriptors = 0;
  /** Connections that were closed before they published or played, to make room for others. */
  evictedConnections = 0;
  /**
   * Connections that were closed because they had the most bytes in unfinished messages when all
   * connections together exceeded the limit.
   */
  cutConnections = 0;
  /** Connections that ended during their handshake, except those without a byte. */
  failedHandshakes = 0;
  /** Connections that the peer closed without a byte, as health checks do. */
  emptyConnections = 0;
  /** Failures to accept a connection, for lack of file descriptors for example. */
  failedAccepts = 0;
  /** Bytes received on connections that have ended. */
  receivedBytes = 0;
  /** Bytes sent on connections that have ended. */
  sentBytes = 0;
  /** Connections that an operator has ended. */
  kicked = 0;
  /** Publications that were accepted. */
  publications = 0;
  /** Refused publications, plays, and connections without the right password, by reason. */
  readonly refusals: Partial<Record<RefusalReason, number>> = {};
  /** The ledgers of the current publications. */
  readonly current: Set<PublicationLedger> = new Set();
  #closedBalance = 0;

  /** The sum of all refusals. */
  get refused(): number {
    return Object.values(this.refusals).reduce((sum, count) => sum + count, 0);
  }

  /** Counts a refusal. */
  refuse(reason: RefusalReason): void {
    this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
  }

  /** Adds the ledger of a new publication. */
  open(ledger: PublicationLedger): void {
    this.publications++;
    this.current.add(ledger);
  }

  /** Removes the ledger of a publication that has ended; only its balance is kept. */
  close(ledger: PublicationLedger): void {
    if (this.current.delete(ledger)) this.#closedBalance += ledger.balance();
  }

  /** The sum of all balances, including past ones: any value but 0 is a bug. */
  balance(): number {
    let sum = this.#closedBalance;
    for (const ledger of this.current) sum += ledger.balance();
    return sum;
  }
}
