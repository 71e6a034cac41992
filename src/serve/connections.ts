/**
 * The connections of a server, each from being accepted to its end.
 *
 * @module
 */

import { RtmpError } from "../errors.ts";
import type { ServerLedger } from "../ledger/server_ledger.ts";
import { Seldom } from "../time/seldom.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { ConnectionLimiter, type Shortage } from "./connection_limiter.ts";
import { libraryLogger } from "./logger.ts";
import { SessionHost, type SessionHostContext } from "./session_host.ts";

const log = libraryLogger(["sluice", "rtmp"]);

/** Why a connection is turned away. */
const SHORTAGES: Readonly<Record<Shortage, string>> = {
  connections: "too many connections are open",
  descriptors: "too few file descriptors are left (ulimit -n)",
};

/** Serves connections, and tells the log of them. */
export class Connections implements Iterable<Connection> {
  readonly #options: ConnectionOptions;
  readonly #hostContext: SessionHostContext;
  readonly #ledger: ServerLedger;
  readonly #limiter: ConnectionLimiter;
  readonly #refusals = { connections: new Seldom(), descriptors: new Seldom() };
  /** Those that have not ended. */
  readonly #tasks = new Set<Promise<void>>();

  /** @param hostContext What their sessions ask. */
  constructor(options: ConnectionOptions, hostContext: SessionHostContext) {
    this.#options = options;
    this.#hostContext = hostContext;
    this.#ledger = hostContext.ledger;
    this.#limiter = new ConnectionLimiter(options.limits, this.#ledger);
  }

  /** All that are open, in the order in which they came. */
  [Symbol.iterator](): Iterator<Connection> {
    return this.#limiter[Symbol.iterator]();
  }

  /** The one of this id, if it is open. */
  get(id: string): Connection | undefined {
    return this.#limiter.get(id);
  }

  /** Serves a connection if there is room for it, or closes it. */
  accept(conn: Deno.Conn): void {
    const connection = new Connection(conn, this.#options);
    const shortage = this.#limiter.add(connection);
    if (shortage) {
      this.#turnedAway(connection, shortage);
      return connection.close();
    }
    const task = this.#serve(connection);
    this.#tasks.add(task);
    task.finally(() => {
      this.#tasks.delete(task);
      this.#limiter.delete(connection);
    });
  }

  /** Resolves when none is open. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  /** A flood must not become one of log lines: the ledger counts all. */
  #turnedAway({ id, remoteAddr }: Connection, shortage: Shortage): void {
    const count = this.#refusals[shortage].add();
    if (count === undefined) return;
    log.warn("{remoteAddr} was turned away: {reason} ({count} since the last report)", {
      ...{ connection: id, remoteAddr, reason: SHORTAGES[shortage], count },
    });
  }

  async #serve(connection: Connection): Promise<void> {
    const facts = { connection: connection.id, remoteAddr: connection.remoteAddr };
    log.debug("{remoteAddr} connected", facts);
    const { error } = await connection.run(new SessionHost(this.#hostContext, connection));
    if (connection.isEmpty) {
      this.#ledger.emptyConnections++;
      return log.debug("{remoteAddr} disconnected without a byte", facts);
    }
    if (!connection.handshakeDone) this.#ledger.failedHandshakes++;
    if (connection.isCut) this.#ledger.cutConnections++;
    const level = levelOfEnd(connection, error);
    if (error === undefined) return log[level]("{remoteAddr} disconnected", facts);
    log[level]("{remoteAddr} disconnected: {error}", { ...facts, error: String(error) });
  }
}

/**
 * How much the end of a connection matters to the operator. What the peer did wrong is a warning. What
 * its system or the network did is news, but for the connection of a stream whose own end is in the
 * log: an encoder that has said goodbye may be reset as well, since it no longer reads.
 */
function levelOfEnd(connection: Connection, error: unknown): "warn" | "info" | "debug" {
  if (error instanceof RtmpError) return "warn";
  if (error !== undefined && connection.lostPublication) return "info";
  return connection.hasPublished || connection.hasPlayed ? "debug" : "info";
}
