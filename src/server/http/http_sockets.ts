/**
 * The connections of the HTTP server, and how many there may be.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { formatAddr, networkOf } from "../../net/address.ts";
import { canOpen, DescriptorReserve, isLackOfDescriptors } from "../../net/file_descriptors.ts";
import {
  DEFAULT_PLACES,
  HttpPlaces,
  isOperating,
  type PlaceLimits,
  type Shortage,
} from "./http_places.ts";
import { type HttpRefusal, HttpRefusals } from "./http_refusals.ts";
import { HttpSocket } from "./http_socket.ts";
import { answerError } from "./raw_answer.ts";
import { waitedSince } from "../../time/standstill.ts";

/** File descriptors that HTTP leaves to RTMP and to recordings. */
const RESERVE = 64;

/** File descriptors that it leaves even where a process has few: more than RTMP leaves to others. */
const LAST_RESERVE = 12;

/** Connections accepted between two checks of whether that many are left. */
const CHECK_EVERY = 16;

/** How long what was found then is believed, in milliseconds. */
const CHECK_INTERVAL = 10_000;

const log = getLogger(["sluice", "http"]);

/**
 * Knows all of them. When there is no room, a connection that asks for nothing makes way for one that
 * comes, and a viewer that waits for a publisher for one that asks. There is none either when HTTP
 * would take the last file descriptors, which RTMP needs.
 */
export class HttpSockets {
  /** Connections that were accepted. */
  accepted = 0;
  readonly #open = new Set<HttpSocket>();
  readonly #places: HttpPlaces;
  readonly #refusals = new HttpRefusals();
  /** Bytes of those that are closed. */
  readonly #gone = { bytesRead: 0, bytesWritten: 0 };
  readonly #last = new DescriptorReserve(LAST_RESERVE);
  /** How many there may be for lack of file descriptors, as far as is known. */
  #affordable = Infinity;
  /** With how many descriptors are looked for again, or when by `performance.now()`. */
  #checkAt = CHECK_EVERY;
  #checkAfter = 0;

  /** @param limits How many there may be: see `DEFAULT_PLACES`. */
  constructor(limits: Partial<PlaceLimits> = {}) {
    this.#places = new HttpPlaces(this.#open, { ...DEFAULT_PLACES, ...limits });
  }

  /** Connections that were refused, or closed for others, by reason. */
  get refused(): Readonly<Partial<Record<HttpRefusal, number>>> {
    return this.#refusals.counts;
  }

  /** Those that are open, in the order in which they came. */
  get open(): HttpSocket[] {
    return [...this.#open];
  }

  /** Received and sent bytes of all connections, including closed ones. */
  get traffic(): { received: number; sent: number } {
    const sum = { received: this.#gone.bytesRead, sent: this.#gone.bytesWritten };
    for (const { bytesRead, bytesWritten } of this.#open) {
      sum.received += bytesRead;
      sum.sent += bytesWritten;
    }
    return sum;
  }

  /** Accepts a connection, if there is room or another can make some. */
  take(conn: Deno.TcpConn): HttpSocket | undefined {
    this.#lookAhead();
    const network = networkOf(formatAddr(conn.remoteAddr));
    const shortage = this.#shortageFor(network, 1);
    const isShort = shortage !== undefined && !this.#closeIdle(shortage, network);
    if (isShort && !this.#freeReserve(shortage)) {
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
      this.#forget(socket);
      if (failure === undefined) return log.debug("{remoteAddr} disconnected", facts);
      log.debug("{remoteAddr} disconnected: {error}", { ...facts, error: String(failure) });
    });
    return socket;
  }

  /** Whether a request may be answered; if not, what there is no place for. */
  admit(socket: HttpSocket, target: string): Shortage | undefined {
    if (!socket.isReserved) return undefined;
    const shortage = this.#shortageFor(socket.network, 0);
    if (shortage !== undefined) {
      if (isOperating(target)) return undefined;
      const { network } = socket;
      if (!this.#closeWaiting(shortage, network) && !this.#closeIdle(shortage, network)) {
        this.#refuse(shortage);
        socket.isLeaving = true;
        return shortage;
      }
    }
    socket.isReserved = false;
    return undefined;
  }

  /** A connection could not be accepted. */
  failed(error: unknown): void {
    this.#refuse("failed-accept", `Cannot accept a connection: ${error}`);
    if (isLackOfDescriptors(error)) this.giveBack();
  }

  /** A publisher is refused for the most bytes in unfinished tags. */
  noteUnfinished(): void {
    this.#refuse("too-much-unfinished");
  }

  /**
   * File descriptors have run out: closes connections that ask for nothing, and tells half of the
   * viewers that wait for a publisher to make way. Viewers of live streams stay.
   */
  giveBack(): void {
    for (const socket of this.#open) {
      if (socket.requests === 0) this.#close(socket, "no-descriptors");
    }
    const waiting = this.open.filter(({ isWaiting, isLeaving }) => isWaiting && !isLeaving);
    for (const viewer of waiting.slice(waiting.length / 2)) this.#makeWay(viewer);
    this.#afford(this.#open.size);
  }

  /** Closes those that are being served. */
  closeServed(): void {
    for (const socket of this.#open) if (socket.requests > 0) socket.destroy();
  }

  /** Closes those to which nothing can be written for longer than `timeout`, in milliseconds. */
  closeStalled(timeout: number): void {
    for (const socket of this.#open) if (socket.stalledFor > timeout) socket.destroy();
  }

  /** Closes those that take longer over the head of a request than this, in milliseconds. */
  closeSlow(headersTimeout: number): void {
    for (const socket of this.#open) {
      const { headSince } = socket;
      if (headSince === undefined || waitedSince(headSince) <= headersTimeout) continue;
      socket.headSince = undefined;
      const seconds = headersTimeout / 1000;
      answerError(socket, 408, `Request timeout: the headers were not complete after ${seconds} s`);
    }
  }

  /** Finds out in time how many connections can be afforded. */
  #lookAhead(): void {
    const count = this.#open.size;
    if (performance.now() > this.#checkAfter) {
      this.#affordable = Infinity;
      this.#checkAt = Math.min(this.#checkAt, Math.max(count, CHECK_EVERY));
    }
    if (count < this.#checkAt) return;
    this.#afford(canOpen(RESERVE) ? Infinity : count);
  }

  #afford(count: number): void {
    this.#affordable = count;
    this.#checkAt = this.#open.size + CHECK_EVERY;
    this.#checkAfter = performance.now() + CHECK_INTERVAL;
  }

  /** What a connection from this network has no place for, if so; `more` is 1 if it is not open. */
  #shortageFor(network: string, more: 0 | 1): Shortage | undefined {
    if (!this.#last.allows()) return "no-descriptors";
    if (this.#open.size + more > this.#affordable) return "too-many";
    return this.#places.shortageFor(network);
  }

  /** Closes a connection that asks for nothing; tells whether there was one. */
  #closeIdle(shortage: Shortage, network: string): boolean {
    const idle = this.#places.idle(shortage, network);
    if (idle) this.#close(idle, "made-room");
    return idle !== undefined;
  }

  /** Tells a viewer that waits for a publisher to make way; tells whether there was one. */
  #closeWaiting(shortage: Shortage, network: string): boolean {
    const viewer = this.#places.waiting(shortage, network);
    if (viewer) this.#makeWay(viewer);
    return viewer !== undefined;
  }

  #makeWay(viewer: HttpSocket): void {
    viewer.isLeaving = true;
    for (const makeWay of viewer.waiting) makeWay();
    this.#refuse("made-room");
  }

  /** Sees to it that one of the places for operators is free; tells whether there are any. */
  #freeReserve(shortage: Shortage): boolean {
    if (this.#places.hasReserve(shortage)) return true;
    const { reserved } = this.#places;
    if (reserved) this.#close(reserved, "made-room");
    return reserved !== undefined;
  }

  /** Forgets a closed connection, and keeps its counts of bytes in the same step. */
  #forget(socket: HttpSocket): void {
    if (!this.#open.delete(socket)) return;
    this.#gone.bytesRead += socket.bytesRead;
    this.#gone.bytesWritten += socket.bytesWritten;
  }

  #close(socket: HttpSocket, reason: HttpRefusal): void {
    this.#forget(socket);
    socket.destroy();
    this.#refuse(reason);
  }

  #refuse(reason: HttpRefusal, text?: string): void {
    this.#refusals.add(reason, this.#open.size, text);
  }
}
