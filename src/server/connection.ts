/**
 * One connection, from being accepted to being closed.
 *
 * @module
 */

import { RtmpTimeoutError } from "../errors.ts";
import { answerHandshake } from "../handshake/server_handshake.ts";
import { checkC0, HANDSHAKE_CLIENT_BYTES, PACKET_BYTES } from "../handshake/packet.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { ServerSession, type SessionEnd } from "../session/server_session.ts";
import type { SessionHandler } from "../session/session_handler.ts";
import { StatusCode } from "../session/status.ts";
import { Socket } from "../client/socket.ts";

/** How long a peer may take over its side of a goodbye, in milliseconds. */
const GOODBYE_PATIENCE = 2_000;

/** What all connections of a server have in common. */
export interface ConnectionOptions {
  /** The chunk size to announce, in bytes. */
  chunkSize: number;
  /** The largest message accepted, in bytes. */
  maxMessageSize: number;
  /** How long the handshake may take in all, in milliseconds. */
  handshakeTimeout: number;
  /** How long a peer may keep us waiting, in milliseconds. */
  timeout: number;
}

/** A peer that has connected. */
export class Connection {
  /** Tells this connection from all others. */
  readonly id: string = crypto.randomUUID();
  /** Where the peer connects from, as `address:port`. */
  readonly remoteAddr: string;
  /** What has been received. */
  readonly counts: ReceivedCounts = new ReceivedCounts();
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  #session: ServerSession | undefined;

  constructor(conn: Deno.Conn, options: ConnectionOptions) {
    this.remoteAddr = formatAddr(conn.remoteAddr);
    this.#options = options;
    this.#socket = new Socket(conn);
    if (isTcp(conn)) conn.setNoDelay();
  }

  /** For how long the peer has been waited for, in milliseconds; 0 when it is we who do not read. */
  get silence(): number {
    const { readingSince } = this.#socket;
    return readingSince === undefined ? 0 : performance.now() - readingSince;
  }

  /** Leads the connection to its end. It does not throw; what went wrong is what it returns. */
  async run(handler: SessionHandler): Promise<SessionEnd> {
    try {
      await this.#handshake();
    } catch (error) {
      this.#socket.close();
      return { error };
    }
    // The pipeline is built only now: a peer that never gets here has cost next to nothing.
    const { chunkSize, maxMessageSize } = this.#options;
    this.#session = new ServerSession({
      readable: this.#socket.readable,
      writable: this.#socket.writable,
      remoteAddr: this.remoteAddr,
      handler,
      counts: this.counts,
      chunkSize,
      maxMessageSize,
    });
    const end = await this.#session.run();
    await this.#socket.closeGently(GOODBYE_PATIENCE);
    const error = end.error ?? this.#socket.failure;
    return error === undefined ? {} : { error };
  }

  /** Closes the connection when the peer has kept us waiting for too long. */
  checkTime(): void {
    const { timeout } = this.#options;
    const { writingSince } = this.#socket;
    const waited = writingSince === undefined ? 0 : performance.now() - writingSince;
    if (this.silence > timeout) {
      this.#socket.expire(
        new RtmpTimeoutError("Cannot wait any longer for the peer to send", {
          read: `nothing for ${timeout / 1000} s`,
        }),
      );
    } else if (waited > timeout) {
      this.#socket.expire(
        new RtmpTimeoutError("Cannot wait any longer for the peer to read", {
          read: `nothing taken for ${timeout / 1000} s`,
        }),
      );
    }
  }

  /** Ends everything on the connection, telling the peer that the server goes. */
  async shutdown(): Promise<void> {
    if (!this.#session) return this.#socket.close();
    await this.#session.close(StatusCode.AppShutdown, "The server is shutting down");
  }

  /** Closes the connection at once. */
  close(): void {
    this.#socket.close();
  }

  async #handshake(): Promise<void> {
    const { handshakeTimeout } = this.#options;
    const timer = setTimeout(() =>
      this.#socket.expire(
        new RtmpTimeoutError("Cannot wait any longer for the handshake", {
          read: `${this.counts.bytes} bytes in ${handshakeTimeout / 1000} s`,
          expected: `${HANDSHAKE_CLIENT_BYTES + PACKET_BYTES}`,
        }),
      ), handshakeTimeout);
    try {
      const c0c1 = new Uint8Array(HANDSHAKE_CLIENT_BYTES);
      await this.#socket.readExactly(c0c1, (read) => {
        this.counts.bytes = read.length;
        checkC0(read);
      });
      const { s0s1s2 } = await answerHandshake(c0c1);
      await this.#socket.write(s0s1s2);
      await this.#socket.readExactly(new Uint8Array(PACKET_BYTES), (read) => {
        this.counts.bytes = HANDSHAKE_CLIENT_BYTES + read.length;
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** TLS connections have no such switch. */
function isTcp(conn: Deno.Conn): conn is Deno.TcpConn {
  return "setNoDelay" in conn;
}

function formatAddr(addr: Deno.Addr): string {
  if (!("hostname" in addr)) return "local:0";
  const { hostname, port } = addr;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
