/**
 * The slots for connections of the HTTP server, and which connection is evicted for another.
 *
 * @module
 */

import { waitedSince } from "../../time/standstill.ts";
import type { HttpSocket } from "./http_socket.ts";

/** The most slots reserved for operators: for health checks, metrics and the API. */
const MAX_RESERVE = 16;

/** The largest share of all slots that is reserved. */
const RESERVE_SHARE = 1 / 8;

/** The reserved slots that may use a file descriptor when descriptors are short. */
const DESCRIPTOR_RESERVE = 4;

/** Time for the first request before a connection may be evicted, in milliseconds. */
const FIRST_REQUEST_TIME = 500;

/** The reason why there is no slot. */
export type Shortage =
  /** File descriptors are short. */
  | "no-descriptors"
  /** All slots are in use. */
  | "too-many"
  /** The address uses as many slots as one address may. */
  | "too-many-of-address";

/** Limits on the number of connections. */
export interface SlotLimits {
  /** Connections at once, including reserved slots. */
  maxConnections: number;
  /** Connections at once from one address, or from one IPv6 network with a prefix of 64 bits. */
  maxConnectionsPerAddress: number;
}

/** The default limits. */
export const DEFAULT_SLOTS: Readonly<SlotLimits> = {
  maxConnections: 1000,
  maxConnectionsPerAddress: 500,
};

/** The paths that operators and their monitoring request. */
const OPERATING = /^\/(healthz|readyz|metrics|api\/[^?]*)(\?|$)/;

/** Whether a request may use a reserved slot. */
export function isOperating(target: string): boolean {
  return OPERATING.test(target);
}

/**
 * Chooses the connection to evict when there is no slot for another. The last few slots are for
 * operators. A connection in such a slot is *reserved* until it requests something else and an
 * ordinary slot is free.
 */
export class ConnectionSlots {
  readonly #open: ReadonlySet<HttpSocket>;
  readonly #limits: SlotLimits;
  /** The number of reserved slots. */
  readonly reserve: number;

  constructor(open: ReadonlySet<HttpSocket>, limits: SlotLimits) {
    this.#open = open;
    this.#limits = limits;
    this.reserve = Math.min(MAX_RESERVE, Math.floor(RESERVE_SHARE * limits.maxConnections));
  }

  /** The reason why this network gets no ordinary slot; `undefined` if it does. */
  shortageFor(network: string): Shortage | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    const max = maxConnections - this.reserve;
    // Usually so few connections are open that counting is not needed.
    if (this.#open.size < Math.min(max, maxConnectionsPerAddress)) return undefined;
    let all = 0;
    let same = 0;
    for (const socket of this.#open) {
      if (socket.isReserved || socket.isEvicted) continue;
      all++;
      if (socket.network === network) same++;
    }
    if (all >= max) return "too-many";
    return same >= maxConnectionsPerAddress ? "too-many-of-address" : undefined;
  }

  /** The oldest connection without a request. */
  idle(shortage: Shortage, network: string): HttpSocket | undefined {
    // Without reserved slots there is no other slot for the newcomer.
    const leastAge = this.reserve > 0 ? FIRST_REQUEST_TIME : 0;
    return this.#find((socket) =>
      !socket.isReserved && !socket.isEvicted && socket.requests === 0 &&
      waitedSince(socket.openedAt) >= leastAge && makesRoom(socket, shortage, network)
    );
  }

  /** The oldest viewer that waits for a publisher, from the network with the most connections. */
  waiting(shortage: Shortage, network: string): HttpSocket | undefined {
    return this.#findWhereMost((socket) =>
      socket.isWaiting && !socket.isReserved && !socket.isEvicted &&
      makesRoom(socket, shortage, network)
    );
  }

  /** Whether a reserved slot is free. */
  hasFreeReserve(shortage: Shortage): boolean {
    let reserved = 0;
    for (const { isReserved } of this.#open) if (isReserved) reserved++;
    const { reserve } = this;
    return reserved <
      (shortage === "no-descriptors" ? Math.min(DESCRIPTOR_RESERVE, reserve) : reserve);
  }

  /**
   * The reserved connection to evict first: a refused one that is still open, then one without a
   * request from the network with the most connections. The others get their answers soon.
   */
  get reserved(): HttpSocket | undefined {
    return this.#find(({ isReserved, isEvicted }) => isReserved && isEvicted) ??
      this.#findWhereMost(({ isReserved, requests }) => isReserved && requests === 0) ??
      this.#find(({ isReserved }) => isReserved);
  }

  /** The oldest connection that matches. */
  #find(matches: (socket: HttpSocket) => boolean): HttpSocket | undefined {
    for (const socket of this.#open) if (matches(socket)) return socket;
    return undefined;
  }

  /** The oldest matching connection of the network that has the most connections. */
  #findWhereMost(matches: (socket: HttpSocket) => boolean): HttpSocket | undefined {
    const counts = new Map<string, number>();
    for (const { network } of this.#open) counts.set(network, (counts.get(network) ?? 0) + 1);
    let found: HttpSocket | undefined;
    for (const socket of this.#open) {
      if (!matches(socket)) continue;
      if (found && counts.get(socket.network)! <= counts.get(found.network)!) continue;
      found = socket;
    }
    return found;
  }
}

/** Whether closing a connection frees a slot for this network. */
function makesRoom(socket: HttpSocket, shortage: Shortage, network: string): boolean {
  return shortage !== "too-many-of-address" || socket.network === network;
}
