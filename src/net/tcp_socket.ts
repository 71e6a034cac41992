/**
 * A TCP or TLS connection that knows for how long its reads and writes have been waiting.
 *
 * @module
 */

import { RtmpHandshakeError, RtmpTimeoutError } from "../errors.ts";
import type { ByteReader } from "../session/message_reader.ts";

/** Size of the buffer for the first reads of a connection, in bytes. */
const SMALLEST_READ = 4 * 1024;

/** Size of the buffer for bytes of a peer that is being disconnected. */
const LINGERING_READ = 16 * 1024;

/** The pause between two such reads, in milliseconds: 3 MB/s are more than encoders send. */
const LINGERING_PAUSE = 5;

/** Size of the largest buffer for reads, for a connection that fills every smaller one. */
export const LARGEST_READ = 256 * 1024;

/** The result of a read at the end of the connection. */
const END: ReadableStreamReadDoneResult<Uint8Array> = { done: true };

/**
 * The two directions of a connection. They are made here instead of taken from `conn.readable` and
 * `conn.writable`: those reserve 64 KiB for every read, close both directions when the peer has
 * sent its last byte, and let the garbage collector close the connection.
 */
export class Socket implements ByteReader {
  /** When the current read began to wait for the peer, by `performance.now()`. */
  readingSince: number | undefined;
  /** When the current write began to wait for the peer, by `performance.now()`. */
  writingSince: number | undefined;
  /** The error that ended the connection; `undefined` if it was closed without one. */
  failure: unknown;
  readonly #conn: Deno.Conn;
  #memory = new Uint8Array(0);
  #readSize = SMALLEST_READ;
  #endRead: (() => void) | undefined;
  #closed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /**
   * Reads into `memory` until it is full, and calls `check` after each read. For the handshake, before
   * the first `read`.
   *
   * @throws {RtmpHandshakeError} If the connection ends before `memory` is full.
   */
  async readExactly(memory: Uint8Array, check?: (read: Uint8Array) => void): Promise<void> {
    let length = 0;
    while (length < memory.length) {
      const count = await this.#read(memory.subarray(length));
      if (count === null) {
        throw new RtmpHandshakeError("Cannot read the handshake", {
          read: `${length} bytes`,
          expected: `${memory.length}`,
        });
      }
      length += count;
      check?.(memory.subarray(0, length));
    }
  }

  /** Writes all of `bytes`. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        this.writingSince = performance.now();
        at += await this.#conn.write(bytes.subarray(at));
      }
    } catch (error) {
      // The peer has closed the connection; everything it has sent can still be read.
      if (!(error instanceof Deno.errors.BrokenPipe)) this.failure ??= error;
      throw this.failure ?? error;
    } finally {
      this.writingSince = undefined;
    }
  }

  /**
   * Reads what the peer has sent. All reads share one buffer: the bytes are valid until the next read.
   * The buffer grows when a peer fills it, so that a fast peer costs few reads. After the end of the
   * connection, the result is `done`, and `failure` has the error if there was one.
   */
  read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    if (this.#memory.length < this.#readSize) this.#memory = new Uint8Array(this.#readSize);
    const space = this.#memory;
    this.readingSince = performance.now();
    return new Promise((resolve, reject) => {
      this.#endRead = () => resolve(END);
      // Live media arrives in thousands of small reads a second: `then` avoids one more promise each.
      this.#conn.read(space).then((count) => {
        this.readingSince = undefined;
        if (count === null) return resolve(END);
        if (count === space.length) this.#readSize = Math.min(2 * count, LARGEST_READ);
        resolve({ done: false, value: space.subarray(0, count) });
      }, (error) => {
        this.readingSince = undefined;
        this.failure ??= error;
        // A lost peer ends the stream like one that has closed; only our own timeout is an error.
        if (this.failure instanceof RtmpTimeoutError) reject(this.failure);
        else resolve(END);
      });
    });
  }

  /** Ends a pending read. */
  cancel(): Promise<void> {
    this.#endRead?.();
    return Promise.resolve();
  }

  async #read(space: Uint8Array): Promise<number | null> {
    this.readingSince = performance.now();
    try {
      return await this.#conn.read(space);
    } catch (error) {
      throw this.failure ??= error;
    } finally {
      this.readingSince = undefined;
    }
  }

  /** Closes the connection because the peer has taken too long. */
  expire(error: RtmpTimeoutError): void {
    this.failure ??= error;
    this.close();
  }

  /** Closes our side. The peer's side can still be read. */
  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite().catch(() => {});
  }

  /**
   * Closes our side, then waits for the peer to close its own. Closing both sides while unread bytes
   * wait would reset the connection, and the peer would lose our last messages.
   *
   * @param patience How long to wait for the peer, in milliseconds.
   * @param whileSending How long to wait while the peer keeps sending, in milliseconds.
   */
  async closeGently(patience: number, whileSending: number = patience): Promise<void> {
    const timer = setTimeout(() => this.close(), patience);
    const enough = performance.now() + whileSending;
    const rubbish = new Uint8Array(LINGERING_READ);
    try {
      await this.#conn.closeWrite();
      for (;;) {
        const count = await this.#conn.read(rubbish);
        if (count === null || performance.now() >= enough) break;
        // Without a pause, a peer that floods would block the event loop.
        if (count < rubbish.length) continue;
        await new Promise((resolve) => setTimeout(resolve, LINGERING_PAUSE));
      }
    } catch {
      // The peer has disconnected, which is what this waits for.
    } finally {
      clearTimeout(timer);
      this.close();
    }
  }

  /** Closes the connection at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn[Symbol.dispose]();
  }
}
