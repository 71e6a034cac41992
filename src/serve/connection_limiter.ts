/**
 * A limiter for the RTMP connections of a server, by number and by file descriptors.
 *
 * @module
 */

import type { ServerLedger } from "../ledger/server_ledger.ts";
import type { RtmpLimits } from "../session/limits.ts";
import type { Connection } from "./connection.ts";
import { DescriptorReserve } from "../net/file_descriptors.ts";

/** File descriptors kept free of peers: for recordings, for relays, and for Deno itself. */
const RESERVE = 8;

/** The resource that has run out. */
export type Shortage = "connections" | "descriptors";

/** The set of open connections, with limits. */
export class ConnectionLimiter implements Iterable<Connection> {
  readonly #connections = new Map<string, Connection>();
  readonly #limits: Pick<RtmpLimits, "maxConnections" | "maxConnectionsPerAddress">;
  readonly #ledger: ServerLedger;
  readonly #descriptors = new DescriptorReserve(RESERVE);

  /** @param ledger Counts the connections. */
  constructor(limits: RtmpLimits, ledger: ServerLedger) {
    this.#limits = limits;
    this.#ledger = ledger;
  }

  /** All open connections, in the order of their acceptance. */
  [Symbol.iterator](): Iterator<Connection> {
    return this.#connections.values();
  }

  /** The connection with this id. */
  get(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  /**
   * Adds a connection, if need be in place of an unused one. If it cannot, it returns the shortage.
   */
  add(connection: Connection): Shortage | undefined {
    if (this.#isFullFor(connection) && !this.#makeRoomFor(connection)) {
      this.#ledger.tooManyConnections++;
      return "connections";
    }
    if (!this.#descriptors.allows() && !this.#freeDescriptor()) {
      this.#ledger.shortOfDescriptors++;
      return "descriptors";
    }
    this.#ledger.connections++;
    this.#connections.set(connection.id, connection);
    return undefined;
  }

  /** Removes a connection, and adds its bytes to the ledger in the same step. */
  delete(connection: Connection): void {
    if (!this.#connections.delete(connection.id)) return;
    this.#ledger.receivedBytes += connection.bytesReceived;
    this.#ledger.sentBytes += connection.bytesSent;
  }

  #isFullFor({ network }: Connection): boolean {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    if (this.#connections.size >= maxConnections) return true;
    if (this.#connections.size < maxConnectionsPerAddress) return false;
    const same = [...this].filter((connection) => connection.network === network);
    return same.length >= maxConnectionsPerAddress;
  }

  /**
   * Closes the connection that has been in its handshake the longest, if that makes room: half-open
   * connections must not block others.
   */
  #makeRoomFor({ network }: Connection): boolean {
    const all = [...this];
    const isFull = all.length >= this.#limits.maxConnections;
    const oldest = all.find((one) => !one.handshakeDone && (isFull || one.network === network));
    return this.#evict(oldest);
  }

  /** Closes the oldest connection that neither publishes nor plays, preferably a half-open one. */
  #freeDescriptor(): boolean {
    const idle = [...this].filter((one) => one.isIdle);
    return this.#evict(idle.find((one) => !one.handshakeDone) ?? idle[0]);
  }

  #evict(connection: Connection | undefined): boolean {
    if (!connection) return false;
    this.#ledger.evictedConnections++;
    this.delete(connection);
    connection.close();
    return true;
  }
}
