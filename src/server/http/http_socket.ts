/**
 * A TCP connection as a socket for Node's HTTP server.
 *
 * @module
 */

import { Duplex } from "node:stream";
import { concat } from "@std/bytes";
import { formatAddr, networkOf } from "../../net/address.ts";
import { LINGER_MS } from "../../net/linger.ts";
import { waitedSince } from "../../time/standstill.ts";
import { after } from "../../time/idle.ts";

/** Bytes of memory for a read. Most clients send one request, and then only read. */
const SMALLEST_READ = 4 * 1024;

/** Bytes of memory for a read from a peer that fills every smaller one. */
const LARGEST_READ = 64 * 1024;

/** The most bytes that are joined for one write. */
const LARGEST_WRITE = 64 * 1024;

/** Interval between checks whether the received part of a body has been read, in milliseconds. */
const BODY_CHECK_INTERVAL = 10;

/** The first bytes of a connection that are kept to identify its protocol. */
const FIRST_BYTES = 6;

/** The parts of Node's request that show whether its body has been read. */
export interface UnreadBody {
  /** Whether all of it has been received. */
  readonly complete: boolean;
  readonly destroyed: boolean;
  readonly readableEnded: boolean;
  readonly readableLength: number;
}

/** A callback of Node's streams. */
type Callback = (error?: Error | null) => void;

/**
 * A Node stream over a connection that this program has accepted itself. Under Deno, Node's own
 * listener stops accepting, without an error, once file descriptors have run out.
 */
export class HttpSocket extends Duplex {
  /** The unique id of the connection. */
  readonly id: string = crypto.randomUUID();
  /** When it was accepted. */
  readonly since: Date = new Date();
  /** When it was accepted, by `performance.now()`. */
  readonly openedAt: number = performance.now();
  /** The peer's address, as `address:port`. */
  readonly remoteAddr: string;
  /** Received bytes; the name is Node's. */
  bytesRead = 0;
  /** Sent bytes; the name is Node's. */
  bytesWritten = 0;
  /** Requests that are being answered. */
  requests = 0;
  /** Callbacks that evict the requests which wait for a publisher. */
  readonly waiting: Set<() => void> = new Set();
  /** Whether it uses a slot reserved for operators. */
  isReserved = false;
  /** Whether it has been evicted, and so uses no slot. */
  isEvicted = false;
  /** The network of its address, all addresses of which the peer may control. */
  readonly network: string;
  /** When the wait for the head of a request began, by `performance.now()`; undefined without one. */
  headSince: number | undefined = performance.now();
  /** The body of the latest request. */
  body: UnreadBody | undefined;
  /** The first bytes that the peer sent. */
  firstBytes: Uint8Array = new Uint8Array(0);
  /** The address of the peer; the name is Node's. */
  readonly remoteAddress: string;
  /** The port of the peer; the name is Node's. */
  readonly remotePort: number;
  readonly #conn: Deno.TcpConn;
  #readSize = SMALLEST_READ;
  #timeout = 0;
  /** When the pending write began, by `performance.now()`. */
  #writingSince: number | undefined;
  /** Ends the wait for a byte. */
  #stopWaiting: (() => void) | undefined;

  constructor(conn: Deno.TcpConn) {
    super({ allowHalfOpen: true });
    this.#conn = conn;
    this.remoteAddress = conn.remoteAddr.hostname;
    this.remotePort = conn.remoteAddr.port;
    this.remoteAddr = formatAddr(conn.remoteAddr);
    this.network = networkOf(this.remoteAddr);
    conn.setNoDelay();
  }

  /** How long a write has waited for the peer to read, in milliseconds; 0 if none waits. */
  get stalledFor(): number {
    return this.#writingSince === undefined ? 0 : waitedSince(this.#writingSince);
  }

  /** Whether it has requests, and all of them wait for a publisher. */
  get isWaiting(): boolean {
    return this.requests > 0 && this.waiting.size === this.requests;
  }

  /** Does nothing: the constructor has set it. */
  setNoDelay(): this {
    return this;
  }

  /**
   * Emits `timeout` when no byte was received or sent for this time, in milliseconds; 0 turns it off.
   */
  setTimeout(milliseconds: number, listener?: () => void): this {
    this.#timeout = milliseconds;
    if (listener) this.once("timeout", listener);
    this.#restartTimer();
    return this;
  }

  /**
   * Ends the writing direction, then waits for the peer to close. Closing a connection with unread
   * bytes would make the peer's system discard the answer.
   */
  destroySoon(): void {
    this.end();
    this.once("close", after(LINGER_MS, () => this.destroy()));
  }

  override async _read(): Promise<void> {
    const memory = new Uint8Array(this.#readSize);
    try {
      const count = await this.#conn.read(memory);
      this.#restartTimer();
      this.bytesRead += count ?? 0;
      if (this.firstBytes.length < FIRST_BYTES) {
        this.#keepFirstBytes(memory.subarray(0, count ?? 0));
      }
      if (count && this.requests === 0) this.headSince ??= performance.now();
      if (count === memory.length) this.#readSize = Math.min(2 * this.#readSize, LARGEST_READ);
      if (count === null) await this.#waitForBodyRead();
      this.push(count === null ? null : memory.subarray(0, count));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override async _write(bytes: Uint8Array, _: BufferEncoding, done: Callback): Promise<void> {
    try {
      await this.#writeAll(bytes);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  /** Joins small pieces: a chunk of a body has four, and each write costs a system call. */
  override async _writev(pieces: { chunk: Uint8Array }[], done: Callback): Promise<void> {
    try {
      for (const bytes of batched(pieces)) await this.#writeAll(bytes);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      this.#writingSince = performance.now();
      const count = await this.#conn.write(bytes.subarray(at));
      this.bytesWritten += count;
      at += count;
    }
    this.#writingSince = undefined;
    this.#restartTimer();
  }

  override async _final(done: Callback): Promise<void> {
    // A peer that has already disconnected needs no lingering close.
    await this.#conn.closeWrite().catch(() => {});
    done();
  }

  override _destroy(error: Error | null, done: Callback): void {
    this.#stopWaiting?.();
    this.#conn[Symbol.dispose]();
    done(error);
  }

  /**
   * Waits until the program has read the received part of a body. At the end of a connection Node
   * drops all of its requests, and a publisher may close immediately after its last byte.
   */
  async #waitForBodyRead(): Promise<void> {
    while (!this.destroyed && (this.readableLength > 0 || isUnread(this.body))) {
      await new Promise((resolve) => setTimeout(resolve, BODY_CHECK_INTERVAL));
    }
  }

  #keepFirstBytes(bytes: Uint8Array): void {
    const missing = FIRST_BYTES - this.firstBytes.length;
    this.firstBytes = concat([this.firstBytes, bytes.slice(0, missing)]);
  }

  #restartTimer(): void {
    this.#stopWaiting?.();
    if (this.#timeout === 0 || this.destroyed) return;
    this.#stopWaiting = after(this.#timeout, () => this.emit("timeout"));
  }
}

/** Joins small pieces for one write each; large pieces stay as they are. */
function* batched(pieces: { chunk: Uint8Array }[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let size = 0;
  for (const { chunk } of pieces) {
    if (size > 0 && size + chunk.length > LARGEST_WRITE) {
      yield merged(small);
      small = [];
      size = 0;
    }
    small.push(chunk);
    size += chunk.length;
  }
  if (size > 0) yield merged(small);
}

function merged(pieces: Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : concat(pieces);
}

function isUnread(body: UnreadBody | undefined): boolean {
  if (!body || body.destroyed) return false;
  return body.complete ? !body.readableEnded : body.readableLength > 0;
}
