/**
 * Who may have a place among the connections of the HTTP server, and who makes way.
 *
 * @module
 */

import type { HttpSocket } from "./http_socket.ts";
import { waitedSince } from "../../time/standstill.ts";

/** Places that are kept for operators, where there are so many: health checks, metrics, the API. */
const MAX_RESERVE = 16;

/** The part of all places that is kept at most. */
const RESERVE_PART = 1 / 8;

/** How many of them may take a file descriptor when others may not. */
const DESCRIPTOR_RESERVE = 4;

/** Milliseconds that a connection has for its first request before it makes way for others. */
const TIME_TO_ASK = 500;

/** What there is no place for. */
export type Shortage =
  /** The process may open few more files and connections. */
  | "no-descriptors"
  /** All places are taken. */
  | "too-many"
  /** The address has as many as one may have. */
  | "too-many-of-address";

/** How many connections there may be. */
export interface PlaceLimits {
  /** At once, those that are kept for operators among them. */
  maxConnections: number;
  /** At once from one address, or from one network of IPv6 with a prefix of 64 bits. */
  maxConnectionsPerAddress: number;
}

/** Unless the operator says otherwise. */
export const DEFAULT_PLACES: Readonly<PlaceLimits> = {
  maxConnections: 1000,
  maxConnectionsPerAddress: 500,
};

/** The paths that operators, and what watches for them, ask for. */
const OPERATING = /^\/(healthz|readyz|metrics|api\/[^?]*)(\?|$)/;

/** Whether a request may have one of the places that are kept. */
export function isOperating(target: string): boolean {
  return OPERATING.test(target);
}

/**
 * Looks who could make way among open connections. The last few places are for operators: such a
 * connection is *reserved* until it asks for something else, and there is a place for that.
 */
export class HttpPlaces {
  readonly #open: ReadonlySet<HttpSocket>;
  readonly #limits: PlaceLimits;
  /** How many are kept. */
  readonly reserve: number;

  constructor(open: ReadonlySet<HttpSocket>, limits: PlaceLimits) {
    this.#open = open;
    this.#limits = limits;
    this.reserve = Math.min(MAX_RESERVE, Math.floor(RESERVE_PART * limits.maxConnections));
  }

  /** What a connection from this network has no place for, if so, beside the reserved ones. */
  shortageFor(network: string): Shortage | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    const max = maxConnections - this.reserve;
    // Mostly there are so few that nothing has to be counted.
    if (this.#open.size < Math.min(max, maxConnectionsPerAddress)) return undefined;
    let all = 0;
    let same = 0;
    for (const socket of this.#open) {
      if (socket.isReserved || socket.isLeaving) continue;
      all++;
      if (socket.network === network) same++;
    }
    if (all >= max) return "too-many";
    return same >= maxConnectionsPerAddress ? "too-many-of-address" : undefined;
  }

  /** The connection that has been there the longest of those that ask for nothing. */
  idle(shortage: Shortage, network: string): HttpSocket | undefined {
    // Where none are kept there is no other place for who comes.
    const timeToAsk = this.reserve > 0 ? TIME_TO_ASK : 0;
    return this.#find((socket) =>
      !socket.isReserved && !socket.isLeaving && socket.requests === 0 &&
      waitedSince(socket.openedAt) >= timeToAsk && makesRoom(socket, shortage, network)
    );
  }

  /** The viewer that waits for a publisher the longest, from where the most connections are. */
  waiting(shortage: Shortage, network: string): HttpSocket | undefined {
    return this.#findWhereMost((socket) =>
      socket.isWaiting && !socket.isReserved && !socket.isLeaving &&
      makesRoom(socket, shortage, network)
    );
  }

  /** Whether a reserved place is free. */
  hasReserve(shortage: Shortage): boolean {
    let reserved = 0;
    for (const { isReserved } of this.#open) if (isReserved) reserved++;
    const { reserve } = this;
    return reserved <
      (shortage === "no-descriptors" ? Math.min(DESCRIPTOR_RESERVE, reserve) : reserve);
  }

  /**
   * The reserved connection that should go first: one that has been refused and is still open, then
   * one that asks for nothing, from where the most connections are. What the others ask for is
   * answered in a moment.
   */
  get reserved(): HttpSocket | undefined {
    return this.#find(({ isReserved, isLeaving }) => isReserved && isLeaving) ??
      this.#findWhereMost(({ isReserved, requests }) => isReserved && requests === 0) ??
      this.#find(({ isReserved }) => isReserved);
  }

  /** The first that was opened. */
  #find(is: (socket: HttpSocket) => boolean): HttpSocket | undefined {
    for (const socket of this.#open) if (is(socket)) return socket;
    return undefined;
  }

  /** The first from the network that has the most connections open. */
  #findWhereMost(is: (socket: HttpSocket) => boolean): HttpSocket | undefined {
    const counts = new Map<string, number>();
    for (const { network } of this.#open) counts.set(network, (counts.get(network) ?? 0) + 1);
    let found: HttpSocket | undefined;
    for (const socket of this.#open) {
      if (!is(socket)) continue;
      if (found && counts.get(socket.network)! <= counts.get(found.network)!) continue;
      found = socket;
    }
    return found;
  }
}

/** Whether the place of a connection would be one for another from this network. */
function makesRoom(socket: HttpSocket, shortage: Shortage, network: string): boolean {
  return shortage !== "too-many-of-address" || socket.network === network;
}
