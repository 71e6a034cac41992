/**
 * The sums of a whole server.
 *
 * @module
 */

import type { PublicationLedger } from "./publication_ledger.ts";

/** Why a publish or play was refused, or a connection. */
export type RefusalReason =
  /** The application said no, or could not decide; or a peer did not prove its password. */
  | "not-authorized"
  /** No stream can have the name that was asked for. */
  | "invalid-name"
  /** Another publisher has the name. */
  | "name-taken"
  /** There is nothing to play. */
  | "not-playable";

/**
 * What a server has seen since it started.
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
  /** Connections that were taken in. */
  connections = 0;
  /** Connections that were closed at once because there were too many. */
  tooManyConnections = 0;
  /** Connections that were closed at once because too few file descriptors were left. */
  shortOfDescriptors = 0;
  /** Connections that were closed before they published or played, to make room for others. */
  evictedConnections = 0;
  /**
   * Connections that were closed for the most bytes in unfinished messages, when those of all
   * connections together were too many.
   */
  cutConnections = 0;
  /** Connections that ended before their handshake was done, but for those without a byte. */
  failedHandshakes = 0;
  /** Connections that the peer ended before it sent a byte, as health checks do. */
  emptyConnections = 0;
  /** Times that a connection could not be accepted, as for lack of file descriptors. */
  failedAccepts = 0;
  /** Bytes that came from connections which have gone. */
  receivedBytes = 0;
  /** Bytes that were sent to them. */
  sentBytes = 0;
  /** Connections that an operator has ended. */
  kicked = 0;
  /** Publications that were accepted. */
  publications = 0;
  /** Publications, plays, and connections without the right password, that were refused, by reason. */
  readonly refusals: Partial<Record<RefusalReason, number>> = {};
  /** The books of the publications that go on now. */
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
