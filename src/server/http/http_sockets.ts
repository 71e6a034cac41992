/**
 * The connections of the HTTP server, and how many there may be.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { canOpen, isLackOfDescriptors } from "../descriptors.ts";
import { HttpSocket } from "./http_socket.ts";

/** File descriptors that HTTP leaves to RTMP and to recordings. */
const RESERVE = 64;

/** Connections that are taken in before it is looked again whether that many are left. */
const CHECK_EVERY = 16;

/** For how long what was found then is believed, in milliseconds. */
const CHECK_INTERVAL = 10_000;

/** Those who are turned away are reported together, so often at most, in milliseconds. */
const REPORT_INTERVAL = 10_000;

/** Why a connection was closed that had done no wrong. */
export type HttpRefusal =
  /** There were as many as there may be, and all were being served. */
  | "too-many"
  /** It had asked for nothing, and others wanted its place. */
  | "made-room"
  /** File descriptors had run out. */
  | "no-descriptors"
  /** The system could not take it in. */
  | "failed-accept";

const log = getLogger(["sluice", "http"]);

/**
 * Knows all of them. When there is no room, whoever asks for nothing makes way for whoever comes.
 * There is none either when HTTP would take the last file descriptors, which RTMP needs.
 */
export class HttpSockets {
  /** Connections that were taken in. */
  accepted = 0;
  /** Connections that were not, or not for long. */
  readonly refused: Partial<Record<HttpRefusal, number>> = {};
  readonly #open = new Set<HttpSocket>();
  /** Bytes of those who have gone. */
  readonly #gone = { bytesRead: 0, bytesWritten: 0 };
  readonly #max: number;
  /** How many there may be for lack of file descriptors, as far as is known. */
  #affordable = Infinity;
  /** With how many it is looked again, or when by `performance.now()`. */
  #checkAt = CHECK_EVERY;
  #checkAfter = 0;
  /** How many were turned away when it was last reported, and when that was. */
  #reported = { count: 0, at: -Infinity };

  /** @param max How many there may be. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Those that are open, in the order in which they came. */
  get open(): HttpSocket[] {
    return [...this.#open];
  }

  /** Bytes that have come and gone over all of them, those that are closed included. */
  get traffic(): { received: number; sent: number } {
    const sum = { received: this.#gone.bytesRead, sent: this.#gone.bytesWritten };
    for (const { bytesRead, bytesWritten } of this.#open) {
      sum.received += bytesRead;
      sum.sent += bytesWritten;
    }
    return sum;
  }

  /** Takes a connection in, if there is room or somebody who can make some. */
  take(conn: Deno.TcpConn): HttpSocket | undefined {
    this.#lookAhead();
    if (this.#open.size >= Math.min(this.#max, this.#affordable) && !this.#closeIdle("made-room")) {
      this.#refuse("too-many");
      conn[Symbol.dispose]();
      return undefined;
    }
    this.accepted++;
    const socket = new HttpSocket(conn);
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

  /** A connection could not be taken in. */
  failed(error: unknown): void {
    this.#refuse("failed-accept", `Cannot take in a connection: ${error}`);
    if (isLackOfDescriptors(error)) this.giveBack();
  }

  /** Closes connections, idle ones first and then the newest: file descriptors have run out. */
  giveBack(): void {
    const count = this.#open.size;
    this.#afford(Math.max(Math.ceil(count / 2), count - RESERVE));
    while (this.#open.size > this.#affordable && this.#closeIdle("no-descriptors"));
    const surplus = Math.max(0, this.#open.size - this.#affordable);
    for (const socket of this.open.reverse().slice(0, surplus)) {
      this.#close(socket, "no-descriptors");
    }
  }

  /** Closes those that are being served. */
  closeServed(): void {
    for (const socket of this.#open) if (socket.requests > 0) socket.destroy();
  }

  /** Closes those to which nothing can be written for so many milliseconds. */
  closeStalled(timeout: number): void {
    for (const socket of this.#open) if (socket.stalledFor > timeout) socket.destroy();
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

  /** Closes the one that has been there the longest without being served; tells whether one was. */
  #closeIdle(reason: HttpRefusal): boolean {
    for (const socket of this.#open) {
      if (socket.requests > 0) continue;
      this.#close(socket, reason);
      return true;
    }
    return false;
  }

  /** Bytes that have gone are counted in one place or the other at any time. */
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

  /** A flood must not become one of log lines. */
  #refuse(reason: HttpRefusal, text = "Some connections are turned away"): void {
    this.refused[reason] = (this.refused[reason] ?? 0) + 1;
    const now = performance.now();
    if (now - this.#reported.at < REPORT_INTERVAL) return;
    const count = Object.values(this.refused).reduce((sum, count) => sum + count, 0);
    log.warn("{text}: {open} are open, {turnedAway} had to go since this was last said", {
      text,
      reason,
      open: this.#open.size,
      turnedAway: count - this.#reported.count,
    });
    this.#reported = { count, at: now };
  }
}
