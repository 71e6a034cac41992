/**
 * A connection to a server under load: cheap, so that both fit on a small machine.
 *
 * @module
 */

import { handshakeBytes } from "../../tests/support/raw_client.ts";

/** Bytes of S0, S1 and S2. */
const SERVER_HANDSHAKE = 1 + 2 * 1536;

/** Bytes of C0 and C1. */
const C0C1 = 1537;

/** The largest read. */
const READ = 256 * 1024;

/** What a publisher needs to read answers into. */
const ANSWER = 4 * 1024;

/** How long a server may take to close behind us, in milliseconds. */
const END_PATIENCE = 20_000;

/** One TCP connection. */
export class Wire {
  readonly #conn: Deno.TcpConn;
  #reading: Promise<void> = Promise.resolve();

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay();
  }

  static async connect(port: number): Promise<Wire> {
    return new Wire(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends all bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** The simple handshake: C2 goes when S2 has come. */
  async shakeHands(
    c0c1: Uint8Array = handshakeBytes().subarray(0, C0C1),
    c2: Uint8Array = handshakeBytes().subarray(C0C1),
  ): Promise<void> {
    await this.write(c0c1);
    const memory = new Uint8Array(SERVER_HANDSHAKE);
    for (let length = 0; length < memory.length;) {
      const count = await this.#conn.read(memory.subarray(length));
      if (count === null) throw new Error("Cannot shake hands: the server has closed");
      length += count;
    }
    await this.write(c2);
  }

  /** Reads until these words have come. */
  async hear(words: string): Promise<void> {
    const decoder = new TextDecoder("latin1");
    const memory = new Uint8Array(ANSWER);
    let heard = "";
    while (!heard.includes(words)) {
      const count = await this.#conn.read(memory);
      if (count === null) throw new Error(`Cannot go on without ${words}: ${heard}`);
      heard += decoder.decode(memory.subarray(0, count));
    }
  }

  /** Reads whatever comes, in the background, to the end. */
  read(take: (bytes: Uint8Array) => void, size: number = READ): void {
    this.#reading = this.#readAll(take, size);
    this.#reading.catch(() => {});
  }

  /** The same, without looking at it. */
  ignore(): void {
    this.read(() => {}, ANSWER);
  }

  async #readAll(take: (bytes: Uint8Array) => void, size: number): Promise<void> {
    const memory = new Uint8Array(size);
    for (;;) {
      const count = await this.#conn.read(memory);
      if (count === null) return;
      take(memory.subarray(0, count));
    }
  }

  /** Says that nothing more comes, and waits for the server to have read it and closed. */
  async end(): Promise<void> {
    await this.#conn.closeWrite();
    const timer = setTimeout(() => this.close(), END_PATIENCE);
    await this.#reading.catch(() => {});
    clearTimeout(timer);
    this.close();
  }

  /** Closes at once. */
  close(): void {
    this.#conn[Symbol.dispose]();
  }
}
