/**
 * A TCP or TLS connection with read and write timeouts.
 *
 * @module
 */

import { RtmpHandshakeError, RtmpTimeoutError } from "../errors.ts";
import type { Puller, Source } from "../pipeline/source.ts";
import { SourceStream } from "../pipeline/source_stream.ts";
import { after } from "../time/idle.ts";
import { waitedSince } from "../time/standstill.ts";
import { TIME_SLICE } from "../time/time_slice.ts";

/** Size of the buffer for the first reads of a connection, in bytes. */
const SMALLEST_READ = 4 * 1024;

/** Size of the buffer for bytes of a peer that is being disconnected. */
const LINGERING_READ = 16 * 1024;

/** The pause between two such reads, in milliseconds: 3 MB/s are more than encoders send. */
const LINGERING_PAUSE = 5;

/** Size of the largest buffer for reads, for a connection that fills every smaller one. */
export const LARGEST_READ = 256 * 1024;

/** The most bytes passed on at once: each byte can be an empty message. */
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
  /** When the current read began to wait for the peer, by `performance.now()`. */
  readingSince: number | undefined;
  /** When the current write began to wait for the peer, by `performance.now()`. */
  writingSince: number | undefined;
  /** The error that ended the connection; `undefined` if it was closed without one. */
  failure: unknown;
  /** Bytes passed to `write`, without those that TLS adds. */
  bytesWritten = 0;
  readonly #conn: Deno.Conn;
  #readable: ReadableStream<Uint8Array> | undefined;
  #memory = NOTHING;
  #readSize = SMALLEST_READ;
  /** Bytes that were read and not yet passed on. */
  #unread = NOTHING;
  /** Waits for the peer. */
  #puller: Puller<Uint8Array> | undefined;
  #cancelled = false;
  #closed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.isSecure = !isTcp(conn);
    if (isTcp(conn)) conn.setNoDelay();
  }

  /**
   * The bytes that the peer sends. The stream ends when the peer has closed the connection or is
   * lost; `failure` has the error if there was one. Inside a pipeline all reads share one buffer.
   */
  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= new SourceStream(this);
  }

  /**
   * Reads into `memory` until it is full, and calls `check` after each read. For the handshake,
   * before the first `read`.
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
    this.bytesWritten += bytes.length;
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
   * Passes on the next bytes of the peer, when the time slice allows it. They are valid until the
   * next pull, and may be overwritten.
   */
  pull(puller: Puller<Uint8Array>): void {
    this.#puller = puller;
    if (this.#unread.length > 0) return this.#emitUnread();
    TIME_SLICE.stop();
    // While it waits, the bytes stay in the kernel and at the peer, not in our memory.
    const pause = TIME_SLICE.yieldIfSpent(0);
    if (pause) void pause.then(this.#readNext);
    else this.#readNext();
  }

  /** Ends a pending read, and all later ones. */
  cancel(): void {
    this.#cancelled = true;
    this.#unread = NOTHING;
    this.#end();
  }

  /** Reads once. Live media arrives in thousands of small reads a second, so each has one promise. */
  readonly #readNext = (): void => {
    if (this.#cancelled) return this.#end();
    this.readingSince = performance.now();
    this.#conn.read(this.#space()).then(this.#received, this.#lost);
  };

  readonly #received = (count: number | null): void => {
    this.readingSince = undefined;
    if (count === null) return this.#end();
    this.#unread = this.#memory.subarray(0, count);
    if (count === this.#readSize) this.#readSize = Math.min(2 * count, LARGEST_READ);
    TIME_SLICE.start();
    // A read that completes no message takes time too.
    const pause = TIME_SLICE.yieldIfSpent(count);
    if (pause) void pause.then(this.#emitUnread);
    else this.#emitUnread();
  };

  readonly #lost = (error: unknown): void => {
    this.readingSince = undefined;
    this.failure ??= error;
    // A lost peer ends the stream like one that has closed; only our own timeout is an error.
    if (this.failure instanceof RtmpTimeoutError) this.#takePuller()?.failStep(this.failure);
    else this.#end();
  };

  readonly #emitUnread = (): void => {
    if (this.#cancelled) return this.#end();
    const unread = this.#unread;
    this.#unread = unread.subarray(LARGEST_PIECE);
    const puller = this.#takePuller();
    puller?.receive(unread.subarray(0, LARGEST_PIECE));
    puller?.endStep(true);
  };

  #end(): void {
    this.#takePuller()?.endStep(false);
  }

  #takePuller(): Puller<Uint8Array> | undefined {
    const puller = this.#puller;
    this.#puller = undefined;
    return puller;
  }

  /**
   * The buffer for the next read. It grows when a peer fills it, so that a fast peer costs few reads.
   * It is never passed on whole, so that no reader keeps it as its own memory.
   */
  #space(): Uint8Array<ArrayBuffer> {
    if (this.#memory.length < this.#readSize) this.#memory = new Uint8Array(this.#readSize + 1);
    return this.#memory.subarray(0, this.#readSize);
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

  /** Closes the sending side. The peer's bytes can still be read. */
  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite().catch(() => {});
  }

  /**
   * Closes the sending side, then waits for the peer to close its own. Closing both sides with
   * unread bytes would reset the connection, and the peer would lose the last messages.
   *
   * @param timeout How long to wait for the peer, in milliseconds.
   * @param whileSending How long to wait while the peer keeps sending, in milliseconds.
   */
  async linger(timeout: number, whileSending: number = timeout): Promise<void> {
    const begunAt = performance.now();
    const stop = after(timeout, () => this.close());
    const discarded = new Uint8Array(LINGERING_READ);
    try {
      await this.#conn.closeWrite();
      for (;;) {
        const count = await this.#conn.read(discarded);
        if (count === null || waitedSince(begunAt) >= whileSending) break;
        // Without a pause, a peer that floods would block the event loop.
        if (count < discarded.length) continue;
        await new Promise((resolve) => setTimeout(resolve, LINGERING_PAUSE));
      }
    } catch {
      // The peer has disconnected, which is what this waits for.
    } finally {
      stop();
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
