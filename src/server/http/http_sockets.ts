/**
 * The connections of the HTTP server, with a limit on their number.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { httpError } from "./http_error.ts";
import { formatAddr, networkOf } from "../../net/address.ts";
import {
  DescriptorReserve,
  hasSpareDescriptors,
  isLackOfDescriptors,
} from "../../net/file_descriptors.ts";
import {
  ConnectionSlots,
  DEFAULT_SLOTS,
  isOperating,
  type Shortage,
  type SlotLimits,
} from "./connection_slots.ts";
import { type HttpRefusal, HttpRefusals } from "./http_refusals.ts";
import { HttpSocket } from "./http_socket.ts";
import { answerError } from "./raw_answer.ts";
import { waitedSince } from "../../time/standstill.ts";

/** File descriptors that HTTP leaves for RTMP and recordings. */
const RESERVE = 64;

/** File descriptors that HTTP leaves in a process that has few: more than RTMP leaves for others. */
const LAST_RESERVE = 12;

/** Connections accepted between two checks of free file descriptors. */
const CHECK_EVERY = 16;

/** How long the result of a check is valid, in milliseconds. */
const CHECK_INTERVAL = 10_000;

const log = getLogger(["sluice", "http"]);

/**
 * Keeps all connections. When there is no slot, a new connection replaces one without a request. A
 * request may also replace a viewer that waits for a publisher. HTTP never uses the last file
 * descriptors, which RTMP needs.
 */
export class HttpSockets {
  /** The number of accepted connections. */
  accepted = 0;
  readonly #open = new Set<HttpSocket>();
  readonly #slots: ConnectionSlots;
  readonly #refusals = new HttpRefusals();
  /** Bytes of closed connections. */
  readonly #closedTraffic = { bytesRead: 0, bytesWritten: 0 };
  readonly #lastDescriptors = new DescriptorReserve(LAST_RESERVE);
  /** The most connections that file descriptors allow, as far as is known. */
  #capacity = Infinity;
  /** The number of connections at which descriptors are checked again. */
  #checkAt = CHECK_EVERY;
  /** When the result of the last check expires, by `performance.now()`. */
  #checkAfter = 0;

  /** @param limits The limits on connections; see `DEFAULT_SLOTS`. */
  constructor(limits: Partial<SlotLimits> = {}) {
    this.#slots = new ConnectionSlots(this.#open, { ...DEFAULT_SLOTS, ...limits });
  }

  /** The number of refused and evicted connections, by reason. */
  get refused(): Readonly<Partial<Record<HttpRefusal, number>>> {
    return this.#refusals.counts;
  }

  /** All open connections, in the order of their acceptance. */
  get open(): HttpSocket[] {
    return [...this.#open];
  }

  /** Received and sent bytes of all connections, including closed ones. */
  get traffic(): { received: number; sent: number } {
    const sum = { received: this.#closedTraffic.bytesRead, sent: this.#closedTraffic.bytesWritten };
    for (const { bytesRead, bytesWritten } of this.#open) {
      sum.received += bytesRead;
      sum.sent += bytesWritten;
    }
    return sum;
  }

  /** Accepts a connection if there is a slot or another connection can be evicted. */
  accept(conn: Deno.TcpConn): HttpSocket | undefined {
    this.#updateCapacity();
    const network = networkOf(formatAddr(conn.remoteAddr));
    const shortage = this.#shortageFor(network, 1);
    const isShort = shortage !== undefined && !this.#evictIdle(shortage, network);
    if (isShort && !this.#freeReservedSlot(shortage)) {
      this.#refuse(shortage);
      conn[Symbol.dispose]();
      return undefined;
    }
    this.accepted++;
    const socket = new HttpSocket(conn);
    socket.isReserved = isShort;
    this.#open.add(socket);
    const facts = { connection: socket.id, remoteAddr: socket.remoteAddr };
    log.debug("{remoteAddr} connected", facts);
    let failure: unknown;
    socket.on("error", (error) => failure = error);
    socket.once("close", () => {
      this.#remove(socket);
      if (failure === undefined) return log.debug("{remoteAddr} disconnected", facts);
      log.debug("{remoteAddr} disconnected: {error}", { ...facts, error: String(failure) });
    });
    return socket;
  }

  /** Decides whether a request is answered. Returns the shortage if not. */
  admit(socket: HttpSocket, target: string): Shortage | undefined {
    if (!socket.isReserved) return undefined;
    const shortage = this.#shortageFor(socket.network, 0);
    if (shortage !== undefined) {
      if (isOperating(target)) return undefined;
      const { network } = socket;
      if (!this.#evictWaiting(shortage, network) && !this.#evictIdle(shortage, network)) {
        this.#refuse(shortage);
        socket.isEvicted = true;
        return shortage;
      }
    }
    socket.isReserved = false;
    return undefined;
  }

  /** Counts a connection that could not be accepted. */
  acceptFailed(error: unknown): void {
    this.#refuse("failed-accept", `Cannot accept a connection: ${error}`);
    if (isLackOfDescriptors(error)) this.releaseDescriptors();
  }

  /** Counts a publisher that was cut off because it held the most bytes in unfinished tags. */
  noteUnfinished(): void {
    this.#refuse("too-much-unfinished");
  }

  /**
   * Frees file descriptors after they have run out. Closes connections without a request, and evicts
   * half of the viewers that wait for a publisher. Viewers of live streams stay.
   */
  releaseDescriptors(): void {
    for (const socket of this.#open) {
      if (socket.requests === 0) this.#close(socket, "no-descriptors");
    }
    const waiting = this.open.filter(({ isWaiting, isEvicted }) => isWaiting && !isEvicted);
    for (const viewer of waiting.slice(waiting.length / 2)) this.#evict(viewer);
    this.#setCapacity(this.#open.size);
  }

  /** Closes connections that have a request. */
  closeActive(): void {
    for (const socket of this.#open) if (socket.requests > 0) socket.destroy();
  }

  /** Closes connections that have read nothing for longer than `timeout`, in milliseconds. */
  closeStalled(timeout: number): void {
    for (const socket of this.#open) if (socket.stalledFor > timeout) socket.destroy();
  }

  /** Closes connections that take longer than this for the head of a request, in milliseconds. */
  closeSlow(headersTimeout: number): void {
    for (const socket of this.#open) {
      const { headSince } = socket;
      if (headSince === undefined || waitedSince(headSince) <= headersTimeout) continue;
      socket.headSince = undefined;
      const seconds = headersTimeout / 1000;
      answerError(socket, httpError(408, `the headers were not complete after ${seconds} s`));
    }
  }

  /** Checks free file descriptors before they run out. */
  #updateCapacity(): void {
    const count = this.#open.size;
    if (performance.now() > this.#checkAfter) {
      this.#capacity = Infinity;
      this.#checkAt = Math.min(this.#checkAt, Math.max(count, CHECK_EVERY));
    }
    if (count < this.#checkAt) return;
    this.#setCapacity(hasSpareDescriptors(RESERVE) ? Infinity : count);
  }

  #setCapacity(count: number): void {
    this.#capacity = count;
    this.#checkAt = this.#open.size + CHECK_EVERY;
    this.#checkAfter = performance.now() + CHECK_INTERVAL;
  }

  /**
   * The reason why there is no slot for this network; `more` is 1 for a connection not yet counted.
   */
  #shortageFor(network: string, more: 0 | 1): Shortage | undefined {
    if (!this.#lastDescriptors.allows()) return "no-descriptors";
    if (this.#open.size + more > this.#capacity) return "too-many";
    return this.#slots.shortageFor(network);
  }

  /** Closes a connection without a request; returns whether there was one. */
  #evictIdle(shortage: Shortage, network: string): boolean {
    const idle = this.#slots.idle(shortage, network);
    if (idle) this.#close(idle, "made-room");
    return idle !== undefined;
  }

  /** Evicts a viewer that waits for a publisher; returns whether there was one. */
  #evictWaiting(shortage: Shortage, network: string): boolean {
    const viewer = this.#slots.waiting(shortage, network);
    if (viewer) this.#evict(viewer);
    return viewer !== undefined;
  }

  #evict(viewer: HttpSocket): void {
    viewer.isEvicted = true;
    for (const evict of viewer.waiting) evict();
    this.#refuse("made-room");
  }

  /** Frees a reserved slot if necessary; returns whether one is free. */
  #freeReservedSlot(shortage: Shortage): boolean {
    if (this.#slots.hasFreeReserve(shortage)) return true;
    const { reserved } = this.#slots;
    if (reserved) this.#close(reserved, "made-room");
    return reserved !== undefined;
  }

  /** Removes a connection, and adds its bytes to the total in the same step. */
  #remove(socket: HttpSocket): void {
    if (!this.#open.delete(socket)) return;
    this.#closedTraffic.bytesRead += socket.bytesRead;
    this.#closedTraffic.bytesWritten += socket.bytesWritten;
  }

  #close(socket: HttpSocket, reason: HttpRefusal): void {
    this.#remove(socket);
    socket.destroy();
    this.#refuse(reason);
  }

  #refuse(reason: HttpRefusal, text?: string): void {
    this.#refusals.add(reason, this.#open.size, text);
  }
}
