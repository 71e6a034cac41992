/**
 * What a session sends, gathered so that it leaves in few writes.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { MessageEncoder } from "../message/message_encoder.ts";
import type { RtmpMessage } from "../message/message.ts";
import { SendWindow } from "./send_window.ts";

/** Where bytes go: the writer of a stream, or something as simple. */
export interface ByteWriter {
  /** Resolves when the peer's side has taken the bytes. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Bytes that may wait for the write before them. */
const MAX_PENDING_BYTES = 256 * 1024;

/** Bytes from which on a piece is written by itself: players share it, and copies would be their own. */
const LARGE_PIECE = 64 * 1024;

/**
 * Sends messages: those of one turn leave in one write.
 *
 * A peer that cannot be written to any more may have sent things that are still to be read, so a
 * failed write throws nothing. It is kept in `failure`, and what is sent afterwards goes nowhere.
 */
export class MessageWriter {
  readonly #writer: ByteWriter;
  readonly #encoder = new MessageEncoder();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #flushed: Promise<void> = Promise.resolve();
  #writing = false;
  /** What the peer lets us send at once. A sender of media waits for room in it. */
  readonly window: SendWindow = new SendWindow();
  /** The error of the write that failed. */
  failure: unknown;

  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  /** Queues messages for the next flush. */
  send(...messages: RtmpMessage[]): void {
    for (const message of messages) this.sendBytes(this.#encoder.encode(message));
  }

  /**
   * Queues what has been cut into chunks elsewhere, on chunk streams of its own: every header in it
   * has to be whole.
   */
  sendBytes(bytes: Uint8Array): void {
    if (this.failure !== undefined) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.window.add(bytes.length);
  }

  /** Resolves when the peer's side has taken everything sent so far. */
  flush(): Promise<void> {
    if (!this.#writing && this.#pending.length > 0) this.#flushed = this.#drain();
    return this.#flushed;
  }

  /**
   * Flushes, and waits only when a lot is waiting to be written. A sender calls it before it
   * sends more, so that a peer that does not read cannot pile things up.
   */
  async flushIfFull(): Promise<void> {
    const flushed = this.flush();
    if (this.#pendingBytes > MAX_PENDING_BYTES) await flushed;
  }

  #clear(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#pending.length > 0) {
        const pending = this.#pending;
        this.#clear();
        for (const bytes of joined(pending)) await this.#writer.write(bytes);
      }
    } catch (error) {
      this.failure ??= error;
      this.#clear();
    } finally {
      this.#writing = false;
    }
  }
}

/** The same bytes in fewer pieces: small ones that follow each other are put together. */
function* joined(pieces: Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece.length < LARGE_PIECE) {
      small.push(piece);
      continue;
    }
    if (small.length > 0) yield concat(small);
    small = [];
    yield piece;
  }
  if (small.length > 0) yield small.length === 1 ? small[0]! : concat(small);
}
