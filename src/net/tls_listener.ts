/**
 * The listener for RTMPS, whose certificate can be renewed.
 *
 * @module
 */

import { acceptAll } from "./accept.ts";
import { netPermission } from "./net_permission.ts";

/** A certificate and its key, both as PEM. */
export interface Certificate {
  /** The certificate, with its chain if it has one. */
  cert: string;
  /** The private key. */
  key: string;
}

/**
 * Checks that certificate and key match. This needs no permission: Deno checks the pair for a client
 * just as for a server.
 *
 * @throws {Error} If they do not match.
 */
export function checkCertificate({ cert, key }: Certificate): void {
  Deno.createHttpClient({ cert, key }).close();
}

/** Listens for TLS, and can replace its certificate. */
export class TlsListener {
  /** The address on which it listens. */
  readonly addr: Deno.NetAddr;
  /** The address for listening again. */
  readonly #options: { hostname: string; port: number };
  #listener: Deno.TlsListener;
  #accepting: Promise<void> = Promise.resolve();
  #renewing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(hostname: string, { port, cert, key }: Certificate & { port: number }) {
    this.#listener = Deno.listenTls({ hostname, port, cert, key });
    this.addr = this.#listener.addr as Deno.NetAddr;
    this.#options = { hostname, port: this.addr.port };
  }

  /** Accepts connections until it is closed. The TLS handshake happens with the first read. */
  async run(take: (conn: Deno.Conn) => void, failed: (error: unknown) => void): Promise<void> {
    while (!this.#closed) {
      this.#accepting = acceptAll(this.#listener, take, failed);
      await this.#accepting;
      await this.#renewing;
    }
  }

  /**
   * Listens with another certificate; open connections continue.
   *
   * @throws {Error} If certificate and key do not match, or Deno does not permit the port that the
   *   system has picked for port 0. The old certificate then stays in use.
   */
  async renew({ cert, key }: Certificate): Promise<void> {
    const { hostname, port } = this.#options;
    checkCertificate({ cert, key });
    if (netPermission(hostname, port) !== "granted") {
      throw new Error(`Cannot listen on ${hostname}:${port} again: Deno does not permit it`);
    }
    this.#renewing = this.#listenAgain({ ...this.#options, cert, key });
    await this.#renewing;
  }

  /** Listens again on the same port, which is free only after the last `accept` has ended. */
  async #listenAgain(options: Certificate & { hostname: string; port: number }): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    if (!this.#closed) this.#listener = Deno.listenTls(options);
  }

  /** Stops accepting connections. */
  close(): void {
    this.#closed = true;
    this.#listener[Symbol.dispose]();
  }
}
