/**
 * A TCP or TLS connection with read and write timeouts.
 *
 * @module
 */

import { RtmpHandshakeError, RtmpTimeoutError } from "../errors.ts";
import type { Source } from "../pipeline/source.ts";
import { SourceStream } from "../pipeline/source_stream.ts";
import { TURNS } from "../time/turns.ts";

/** Bytes of memory for the reads of a connection that has said nothing yet. */
const SMALLEST_READ = 4 * 1024;

/** Bytes of memory for what a peer still sends that is about to be disconnected. */
const LINGERING_READ = 16 * 1024;

/** The pause between two such reads, in milliseconds: 3 MB/s are more than encoders send. */
const LINGERING_PAUSE = 5;

/** Bytes of memory for the reads of a connection that fills every smaller one. */
export const LARGEST_READ = 256 * 1024;

/** Bytes that are handed on at once: they can be as many empty messages. */
const LARGEST_PIECE = 64 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * The two directions of a connection. They are made here instead of taken from `conn.readable` and
 * `conn.writable`: those reserve 64 KiB for every read, close both directions when the peer has
 * sent its last byte, and let the garbage collector close the connection.
 */
export class TcpSocket implements Source<Uint8Array> {
  /** Whether it is TLS. */
  readonly isSecure: boolean;
  /** Since when a read has been waiting for a byte of the peer, by `performance.now()`. */
  readingSince: number | undefined;
  /** Since when a write has been waiting for the peer to take a byte, by `performance.now()`. */
  writingSince: number | undefined;
  /** The error that ended the connection, if it did not just end. */
  failure: unknown;
  /** Bytes that were given to be written, those of TLS left out. */
  bytesWritten = 0;
  readonly #conn: Deno.Conn;
  #readable: ReadableStream<Uint8Array> | undefined;
  #memory = NOTHING;
  #readSize = SMALLEST_READ;
  /** What has been read and not been handed on. */
  #unread = NOTHING;
  #endRead: (() => void) | undefined;
  #cancelled = false;
  #closed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.isSecure = !isTcp(conn);
    if (isTcp(conn)) conn.setNoDelay();
  }

  /**
   * What the peer sends. It ends when the peer has closed the connection, or is lost; `failure` tells
   * how. Inside a pipeline all reads share one piece of memory.
   */
  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= new SourceStream(this);
  }

  /**
   * Reads into `memory` until it is full or the peer has sent its last byte, calling `check` after
   * each read. It is for what comes before `read` is used.
   *
   * @throws {RtmpHandshakeError} If the peer sends less.
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
    this.bytesWritten += bytes.length;
    try {
      for (let at = 0; at < bytes.length;) {
        this.writingSince = performance.now();
        at += await this.#conn.write(bytes.subarray(at));
      }
    } catch (error) {
      // A peer whose last byte has come before is one that has ended, and all of it can be read.
      if (!(error instanceof Deno.errors.BrokenPipe)) this.failure ??= error;
      throw this.failure ?? error;
    } finally {
      this.writingSince = undefined;
    }
  }

  /**
   * Hands on the next piece of what the peer has sent, once there is time for this connection; its
   * bytes are good until the next one is pulled, and may be written to.
   */
  pull(emit: (bytes: Uint8Array) => void): boolean | Promise<boolean> {
    if (this.#unread.length > 0) return this.#give(emit);
    TURNS.end();
    // What waits for a turn is in the peer's memory, not in ours.
    const turn = TURNS.take(0);
    return turn ? turn.then(() => this.#readOn(emit)) : this.#readOn(emit);
  }

  /** Ends a read that waits, and all that would follow. */
  cancel(): void {
    this.#cancelled = true;
    this.#unread = NOTHING;
    this.#endRead?.();
  }

  /** Live media comes in thousands of small reads a second: one promise is between it and us. */
  #readOn(emit: (bytes: Uint8Array) => void): boolean | Promise<boolean> {
    if (this.#cancelled) return false;
    const space = this.#space();
    this.readingSince = performance.now();
    return new Promise((resolve, reject) => {
      this.#endRead = () => resolve(false);
      this.#conn.read(space).then((count) => {
        this.readingSince = undefined;
        if (count === null || this.#cancelled) return resolve(false);
        if (count === space.length) this.#readSize = Math.min(2 * count, LARGEST_READ);
        this.#unread = space.subarray(0, count);
        TURNS.begin();
        // A read need not complete a message, and costs all the same.
        const turn = TURNS.take(count);
        if (turn) turn.then(() => resolve(this.#give(emit)));
        else resolve(this.#give(emit));
      }, (error) => {
        this.readingSince = undefined;
        this.failure ??= error;
        // A peer that is lost has ended, like one that says goodbye; only we fail it.
        if (this.failure instanceof RtmpTimeoutError) reject(this.failure);
        else resolve(false);
      });
    });
  }

  /**
   * Memory for the next read: a peer that fills it gets more, so that a fast one costs few reads. It
   * is never handed on whole, so that no reader takes it for its own.
   */
  #space(): Uint8Array<ArrayBuffer> {
    if (this.#memory.length < this.#readSize) this.#memory = new Uint8Array(this.#readSize + 1);
    return this.#memory.subarray(0, this.#readSize);
  }

  #give(emit: (bytes: Uint8Array) => void): boolean {
    if (this.#cancelled) return false;
    const unread = this.#unread;
    this.#unread = unread.subarray(LARGEST_PIECE);
    emit(unread.subarray(0, LARGEST_PIECE));
    return true;
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

  /** Says that nothing more comes. The peer can still be read, and reading tells how it ended. */
  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite().catch(() => {});
  }

  /**
   * Says that nothing more comes, then waits for the peer to have read it: closing a connection on
   * which unread bytes wait would make the peer's system throw away our last words.
   *
   * @param patience How long to wait for the peer to close its side, in milliseconds.
   * @param whileSending The same while the peer goes on sending.
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
        // Without a pause a peer that floods would keep the event loop from everything else.
        if (count < rubbish.length) continue;
        await new Promise((resolve) => setTimeout(resolve, LINGERING_PAUSE));
      }
    } catch {
      // It is gone already, which is what we are waiting for.
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

/** TLS connections have no `setNoDelay`. */
function isTcp(conn: Deno.Conn): conn is Deno.TcpConn {
  return "setNoDelay" in conn;
}
