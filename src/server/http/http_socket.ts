/**
 * A connection as Node's HTTP server wants it.
 *
 * @module
 */

import { Duplex } from "node:stream";
import { concat } from "@std/bytes";
import { formatAddr, networkOf } from "../../net/address.ts";
import { LINGER_MS } from "../../net/linger.ts";
import { waitedSince } from "../../time/standstill.ts";
import { after } from "../../time/idle.ts";

/** Bytes of memory for a read: most peers ask for something once, and then only take. */
const SMALLEST_READ = 4 * 1024;

/** The same for a peer that fills every smaller one. */
const LARGEST_READ = 64 * 1024;

/** Bytes up to which pieces are joined for one write. */
const LARGEST_WRITE = 64 * 1024;

/** Interval between checks whether what has come of a body has been read, in ms. */
const BODY_CHECK_INTERVAL = 10;

/** Bytes at the beginning of a connection that are kept: they tell what it speaks. */
const FIRST_BYTES = 6;

/** The body of a request, as far as we look at it; the names are Node's. */
export interface UnreadBody {
  /** Whether all of it has come. */
  readonly complete: boolean;
  readonly destroyed: boolean;
  readonly readableEnded: boolean;
  readonly readableLength: number;
}

/** What Node calls back when it has been served. */
type Callback = (error?: Error | null) => void;

/**
 * A stream over a connection that we have accepted ourselves. Node's own server under Deno accepts
 * nothing more once file descriptors have run out, and says nothing of it.
 */
export class HttpSocket extends Duplex {
  /** Tells this connection from all others. */
  readonly id: string = crypto.randomUUID();
  /** When it was accepted. */
  readonly since: Date = new Date();
  /** The same by `performance.now()`. */
  readonly openedAt: number = performance.now();
  /** Where the peer connects from, as `address:port`. */
  readonly remoteAddr: string;
  /** Bytes that have come; the name is Node's. */
  bytesRead = 0;
  /** Sent bytes; the name is Node's. */
  bytesWritten = 0;
  /** Requests that are being answered. */
  requests = 0;
  /** Of those, the ones that wait for a publisher: each can be told to make way for others. */
  readonly waiting: Set<() => void> = new Set();
  /** It has one of the places that are kept for operators. */
  isReserved = false;
  /** It has been told to make way, and has no place any more. */
  isLeaving = false;
  /** What its address has in common with all others that the peer can have. */
  readonly network: string;
  /** Since when the head of a request has been waited for, by `performance.now()`. */
  headSince: number | undefined = performance.now();
  /** The body of the latest request. */
  body: UnreadBody | undefined;
  /** What the peer began with. */
  firstBytes: Uint8Array = new Uint8Array(0);
  /** The address of the peer; the name is Node's. */
  readonly remoteAddress: string;
  /** The port of the peer; the name is Node's. */
  readonly remotePort: number;
  readonly #conn: Deno.TcpConn;
  #readSize = SMALLEST_READ;
  #timeout = 0;
  /** Since when a write has been waiting for the peer, by `performance.now()`. */
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

  /** For how long the peer has taken nothing of what is to be written, in milliseconds. */
  get stalledFor(): number {
    return this.#writingSince === undefined ? 0 : waitedSince(this.#writingSince);
  }

  /** Whether all that it has asked for waits for a publisher. */
  get isWaiting(): boolean {
    return this.requests > 0 && this.waiting.size === this.requests;
  }

  /** It is set from the beginning. */
  setNoDelay(): this {
    return this;
  }

  /**
   * Emits `timeout` when no byte was received or sent for this long, in milliseconds; 0 ends that.
   */
  setTimeout(milliseconds: number, listener?: () => void): this {
    this.#timeout = milliseconds;
    if (listener) this.once("timeout", listener);
    this.#restartTimer();
    return this;
  }

  /**
   * Says that nothing more comes, then waits for the peer to have read it: closing a connection on
   * which unread bytes wait would make the peer's system throw away the answer.
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
      if (this.firstBytes.length < FIRST_BYTES) this.#noteFirst(memory.subarray(0, count ?? 0));
      if (count && this.requests === 0) this.headSince ??= performance.now();
      if (count === memory.length) this.#readSize = Math.min(2 * this.#readSize, LARGEST_READ);
      if (count === null) await this.#bodyRead();
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

  /** A chunk of a body comes in four pieces, and many chunks may wait: each write costs a call. */
  override async _writev(pieces: { chunk: Uint8Array }[], done: Callback): Promise<void> {
    try {
      for (const bytes of joined(pieces)) await this.#writeAll(bytes);
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
   * Waits until the program has read what has come of a body: at the end of a connection Node drops
   * all of its requests, though a publisher may close immediately after its last byte.
   */
  async #bodyRead(): Promise<void> {
    while (!this.destroyed && (this.readableLength > 0 || isUnread(this.body))) {
      await new Promise((resolve) => setTimeout(resolve, BODY_CHECK_INTERVAL));
    }
  }

  #noteFirst(bytes: Uint8Array): void {
    const missing = FIRST_BYTES - this.firstBytes.length;
    this.firstBytes = concat([this.firstBytes, bytes.slice(0, missing)]);
  }

  #restartTimer(): void {
    this.#stopWaiting?.();
    if (this.#timeout === 0 || this.destroyed) return;
    this.#stopWaiting = after(this.#timeout, () => this.emit("timeout"));
  }
}

/** What is written in one call: small pieces together, a large one as it is. */
function* joined(pieces: { chunk: Uint8Array }[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let size = 0;
  for (const { chunk } of pieces) {
    if (size > 0 && size + chunk.length > LARGEST_WRITE) {
      yield oneOf(small);
      small = [];
      size = 0;
    }
    small.push(chunk);
    size += chunk.length;
  }
  if (size > 0) yield oneOf(small);
}

function oneOf(pieces: Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : concat(pieces);
}

function isUnread(body: UnreadBody | undefined): boolean {
  if (!body || body.destroyed) return false;
  return body.complete ? !body.readableEnded : body.readableLength > 0;
}
