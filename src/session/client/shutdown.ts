/**
 * The shutdown of a client's publication or playback.
 *
 * @module
 */

import type { ClientSession } from "./client_session.ts";

/** Ends a session once: gracefully, or at once by an error or the caller's signal. */
export class ClientShutdown {
  /** Resolves after a graceful shutdown, otherwise rejects with the error. */
  readonly closed: Promise<void>;
  readonly #session: ClientSession;
  readonly #failed: (error: unknown) => void;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  readonly #abort = () => this.fail(this.#session.timeouts.signal!.reason);
  #started = false;
  #ended = false;
  #hasFailed = false;

  /** @param failed Called with the error that ends the session, before `closed` rejects. */
  constructor(session: ClientSession, failed: (error: unknown) => void) {
    this.#session = session;
    this.#failed = failed;
    this.closed = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Callers need not handle it.
    this.closed.catch(() => {});
    session.timeouts.signal?.addEventListener("abort", this.#abort);
  }

  /** Whether the session has ended, or a graceful shutdown has started. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether an error has ended the session. */
  get failed(): boolean {
    return this.#hasFailed;
  }

  /** Closes the connection at once. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#hasFailed = true;
    this.#markEnded();
    this.#session.close();
    this.#failed(error);
    this.#reject(error);
  }

  /**
   * Closes the connection after `goodbye`, which runs only once. It does not throw; `closed` has
   * the result.
   */
  async finish(goodbye: () => Promise<void>): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      try {
        await goodbye();
      } catch (error) {
        this.fail(error);
      }
      if (!this.#ended) {
        this.#markEnded();
        this.#session.close();
        this.#resolve();
      }
    }
    await this.closed.catch(() => {});
  }

  #markEnded(): void {
    this.#started = true;
    this.#ended = true;
    this.#session.timeouts.signal?.removeEventListener("abort", this.#abort);
  }
}
