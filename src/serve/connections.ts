/**
 * The connections of a server, from their acceptance to their end.
 *
 * @module
 */

import { RtmpError } from "../errors.ts";
import type { ServerLedger } from "../ledger/server_ledger.ts";
import { LogThrottle } from "../time/log_throttle.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { ConnectionLimiter, type Shortage } from "./connection_limiter.ts";
import { libraryLogger } from "./logger.ts";
import { SessionHost, type SessionHostContext } from "./session_host.ts";

const log = libraryLogger(["sluice", "rtmp"]);

/** The reasons for refusing a connection, for the log. */
const SHORTAGES: Readonly<Record<Shortage, string>> = {
  connections: "too many connections are open",
  descriptors: "too few file descriptors are left (ulimit -n)",
};

/** Serves connections, and logs them. */
export class Connections implements Iterable<Connection> {
  readonly #options: ConnectionOptions;
  readonly #hostContext: SessionHostContext;
  readonly #ledger: ServerLedger;
  readonly #limiter: ConnectionLimiter;
  readonly #refusals = { connections: new LogThrottle(), descriptors: new LogThrottle() };
  /** The work for connections that have not ended. */
  readonly #sessions = new Set<Promise<void>>();

  /** @param hostContext The context of their sessions' hosts. */
  constructor(options: ConnectionOptions, hostContext: SessionHostContext) {
    this.#options = options;
    this.#hostContext = hostContext;
    this.#ledger = hostContext.ledger;
    this.#limiter = new ConnectionLimiter(options.limits, this.#ledger);
  }

  /** All open connections, in the order of their acceptance. */
  [Symbol.iterator](): Iterator<Connection> {
    return this.#limiter[Symbol.iterator]();
  }

  /** The open connection with this id. */
  get(id: string): Connection | undefined {
    return this.#limiter.get(id);
  }

  /** Serves a connection if there is room for it, or closes it. */
  accept(conn: Deno.Conn): void {
    const connection = new Connection(conn, this.#options);
    const shortage = this.#limiter.add(connection);
    if (shortage) {
      this.#logRefusal(connection, shortage);
      return connection.close();
    }
    const task = this.#serve(connection);
    this.#sessions.add(task);
    task.finally(() => {
      this.#sessions.delete(task);
      this.#limiter.delete(connection);
    });
  }

  /** Resolves when no connection is open. */
  async settled(): Promise<void> {
    while (this.#sessions.size > 0) await Promise.all(this.#sessions);
  }

  /** Logs a refused connection, but only one in 10 s: the ledger counts all. */
  #logRefusal({ id, remoteAddr }: Connection, shortage: Shortage): void {
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
    if (connection.isOverBudget) this.#ledger.cutConnections++;
    const level = levelOfEnd(connection, error);
    if (error === undefined) return log[level]("{remoteAddr} disconnected", facts);
    log[level]("{remoteAddr} disconnected: {error}", { ...facts, error: String(error) });
  }
}

/**
 * The log level for the end of a connection. A mistake of the peer is a warning. A failure of its
 * system or network is `info`, except if the end of its stream is in the log already: an encoder that
 * has ended its stream no longer reads, and may be reset as well.
 */
function levelOfEnd(connection: Connection, error: unknown): "warn" | "info" | "debug" {
  if (error instanceof RtmpError) return "warn";
  if (error !== undefined && connection.lostPublication) return "info";
  return connection.hasPublished || connection.hasPlayed ? "debug" : "info";
}
