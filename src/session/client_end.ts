/**
 * How a publication or a playback of a client ends.
 *
 * @module
 */

import type { RtmpMessage } from "../message/message.ts";
import type { ClientSession } from "./client_session.ts";

/** Ends a session once: in order, or at once by an error or the caller's signal. */
export class ClientEnd {
  /** Resolves at an orderly end, rejects with the error otherwise. */
  readonly closed: Promise<void>;
  readonly #session: ClientSession;
  readonly #failed: (error: unknown) => void;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  readonly #abort = () => this.fail(this.#session.patience.signal!.reason);
  #begun = false;
  #ended = false;

  /** @param failed Called with the error that ends it, before `closed` rejects. */
  constructor(session: ClientSession, failed: (error: unknown) => void) {
    this.#session = session;
    this.#failed = failed;
    this.closed = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody has to look at it.
    this.closed.catch(() => {});
    session.patience.signal?.addEventListener("abort", this.#abort);
  }

  /** Whether it has ended, or is about to in an orderly way. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Closes the connection at once. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.#session.close();
    this.#failed(error);
    this.#reject(error);
  }

  /**
   * Says goodbye and closes the connection; `closed` tells whether that went well.
   *
   * @param action What is being done, for the message of an error.
   * @param patience How long to wait for the server to go first, in milliseconds.
   */
  async finish(action: string, patience: number, ...goodbye: RtmpMessage[]): Promise<void> {
    if (!this.#begun) {
      this.#begun = true;
      try {
        this.#session.writer.send(...goodbye);
        await this.#session.closeGently(action, patience);
      } catch (error) {
        this.fail(error);
      }
      if (!this.#ended) {
        this.#end();
        this.#resolve();
      }
    }
    await this.closed.catch(() => {});
  }

  #end(): void {
    this.#begun = true;
    this.#ended = true;
    this.#session.patience.signal?.removeEventListener("abort", this.#abort);
  }
}
