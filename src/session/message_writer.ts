/**
 * The writer of a session, which combines messages into few writes.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { MessageEncoder } from "../message/message_encoder.ts";
import type { RtmpMessage } from "../message/message.ts";
import { SendWindow } from "./send_window.ts";

/** A sink for bytes, such as the writer of a stream. */
export interface ByteWriter {
  /** Resolves when the bytes have been written. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Bytes that may be queued while a write is pending. */
const MAX_PENDING_BYTES = 256 * 1024;

/**
 * Bytes from which a piece is written separately: players share it, and combining would copy it for
 * each.
 */
const LARGE_PIECE = 64 * 1024;

/**
 * Sends messages: those that are queued together are written at once.
 *
 * A failed write does not throw, since bytes of the peer may still have to be read. The error is
 * kept in `failure`, and later messages are discarded.
 */
export class MessageWriter {
  readonly #writer: ByteWriter;
  readonly #encoder = new MessageEncoder();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #flushed: Promise<void> = Promise.resolve();
  #writing = false;
  /**
   * The window of bytes that the peer accepts without acknowledgement. Senders of media wait for
   * it.
   */
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
   * Queues chunks that were encoded elsewhere, on chunk streams of their own: each message has to
   * begin with a type 0 header.
   */
  sendBytes(bytes: Uint8Array): void {
    if (this.failure !== undefined) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.window.add(bytes.length);
  }

  /** Resolves when all queued bytes have been written. */
  flush(): Promise<void> {
    if (!this.#writing && this.#pending.length > 0) this.#flushed = this.#drain();
    return this.#flushed;
  }

  /**
   * Flushes, and waits only if much is queued. Senders call it before they send more, so that the
   * queue of a peer that does not read stays bounded.
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

/** Combines consecutive small pieces. */
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
