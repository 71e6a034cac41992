/**
 * The RTMP connections of a server, and how many there may be.
 *
 * @module
 */

import type { ServerLedger } from "../ledger/server_ledger.ts";
import type { RtmpLimits } from "../session/limits.ts";
import type { Connection } from "./connection.ts";
import { DescriptorReserve } from "../net/file_descriptors.ts";

/** File descriptors that peers leave to recordings, to relays, and to Deno itself. */
const RESERVE = 8;

/** What there is no room for. */
export type Shortage = "connections" | "descriptors";

/** Knows who is connected. */
export class ConnectionLimiter implements Iterable<Connection> {
  readonly #connections = new Map<string, Connection>();
  readonly #limits: Pick<RtmpLimits, "maxConnections" | "maxConnectionsPerAddress">;
  readonly #ledger: ServerLedger;
  readonly #descriptors = new DescriptorReserve(RESERVE);

  /** @param ledger Where those are counted who come and go. */
  constructor(limits: RtmpLimits, ledger: ServerLedger) {
    this.#limits = limits;
    this.#ledger = ledger;
  }

  /** All of them, in the order in which they came. */
  [Symbol.iterator](): Iterator<Connection> {
    return this.#connections.values();
  }

  /** The one of this id. */
  get(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  /** Adds one, if there is room or another can make some; returns what there is no room for, if so. */
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

  /** Takes one out. What it has counted is in one place or the other at any time. */
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
   * Closes the connection that has been in its handshake the longest, if there is one that makes a
   * difference: half-open ones must not keep others out.
   */
  #makeRoomFor({ network }: Connection): boolean {
    const all = [...this];
    const isFull = all.length >= this.#limits.maxConnections;
    const oldest = all.find((one) => !one.handshakeDone && (isFull || one.network === network));
    return this.#evict(oldest);
  }

  /** Closes the oldest connection that neither publishes nor plays, a half-open one if there is one. */
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
