/**
 * The port for RTMPS, whose certificate can be renewed.
 *
 * @module
 */

import { acceptAll } from "./accept.ts";

/** A certificate and its key, both as PEM. */
export interface Certificate {
  /** The certificate, with its chain if it has one. */
  cert: string;
  /** The private key. */
  key: string;
}

/** Listens for TLS, and again with another certificate when there is one. */
export class TlsEntrance {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  /** The certificate and where to use it. */
  readonly #options: { hostname: string; port: number };
  #listener: Deno.TlsListener;
  #accepting: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(hostname: string, { port, cert, key }: Certificate & { port: number }) {
    this.#listener = Deno.listenTls({ hostname, port, cert, key });
    this.addr = this.#listener.addr as Deno.NetAddr;
    this.#options = { hostname, port: this.addr.port };
  }

  /** Takes in connections until it is closed; the TLS handshake is theirs to do. */
  async run(take: (conn: Deno.Conn) => void, failed: (error: unknown) => void): Promise<void> {
    while (!this.#closed) {
      const listener = this.#listener;
      this.#accepting = acceptAll(listener, take, failed);
      await this.#accepting;
      if (listener === this.#listener) return;
    }
  }

  /**
   * Listens with another certificate; what is open stays open.
   *
   * @throws {Deno.errors.InvalidData} If certificate and key do not fit; the old ones stay in use.
   */
  async renew({ cert, key }: Certificate): Promise<void> {
    // A pair that does not fit shows itself here, while the old one still listens.
    Deno.listenTls({ hostname: this.#options.hostname, port: 0, cert, key }).close();
    const old = this.#listener;
    const accepting = this.#accepting;
    old.close();
    this.#listener = Deno.listenTls({ ...this.#options, cert, key });
    await accepting;
  }

  /** Takes in no more connections. */
  close(): void {
    this.#closed = true;
    this.#listener[Symbol.dispose]();
  }
}
