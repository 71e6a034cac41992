/**
 * What a session sends, gathered so that it leaves in few writes.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { MessageEncoder } from "../message/message_encoder.ts";
import type { RtmpMessage } from "../message/message.ts";

/**
 * Sends messages: those of one turn leave in one write.
 *
 * A peer that cannot be written to any more may have sent things that are still to be read, so a
 * failed write throws nothing. It is kept in `failure`, and what is sent afterwards goes nowhere.
 */
export class MessageWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new MessageEncoder();
  #pending: Uint8Array[] = [];
  #flushed: Promise<void> = Promise.resolve();
  #writing = false;
  /** The error of the write that failed. */
  failure: unknown;

  constructor(writable: WritableStream<Uint8Array>) {
    this.#writer = writable.getWriter();
    this.#writer.closed.catch((error) => this.failure ??= error);
  }

  /** Whether everything that was sent has been taken. */
  get idle(): boolean {
    return !this.#writing && this.#pending.length === 0;
  }

  /** Queues messages for the next flush. */
  send(...messages: RtmpMessage[]): void {
    if (this.failure !== undefined) return;
    for (const message of messages) this.#pending.push(this.#encoder.encode(message));
  }

  /**
   * Resolves when the peer's side has taken everything sent so far. Whoever answers a peer waits
   * for it before reading on, so that a peer that does not read cannot pile up answers.
   */
  flush(): Promise<void> {
    if (!this.#writing && this.#pending.length > 0) this.#flushed = this.#drain();
    return this.#flushed;
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#pending.length > 0) {
        const bytes = concat(this.#pending);
        this.#pending = [];
        await this.#writer.write(bytes);
      }
    } catch (error) {
      this.failure ??= error;
      this.#pending = [];
    } finally {
      this.#writing = false;
    }
  }
}
