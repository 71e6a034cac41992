/**
 * A connection of an RTMP peer, from its acceptance to its end.
 *
 * @module
 */

import { checkString } from "../check_option.ts";
import { RtmpLimitError } from "../errors.ts";
import { total } from "../ledger/media_sums.ts";
import { plainText } from "../plain_text.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import type { Publication } from "../publication/publication.ts";
import { ServerSession, type SessionEnd } from "../session/server/server_session.ts";
import type { SessionHandler } from "../session/server/session_handler.ts";
import type { RtmpLimits } from "../session/limits.ts";
import type { PartialBudget } from "../session/partial_budget.ts";
import type { TagChunks } from "../session/server/tag_chunks.ts";
import { StatusCode } from "../session/status.ts";
import { type DrainedPeer, waitUntilDrained } from "./drain.ts";
import { TcpSocket } from "../net/tcp_socket.ts";
import { formatAddr, hostOf, networkOf } from "../net/address.ts";
import { LINGER_MS, LINGER_WHILE_SENDING_MS } from "../net/linger.ts";
import { PeerTimeouts } from "./peer_timeouts.ts";
import { isEndOfPeer, shakeHands } from "./shake_hands.ts";
import type { RtmpConnection } from "./types.ts";
import { after, settlesWithin } from "../time/idle.ts";

/** The status code for a peer whose connection the server ends (from Flash Media Server). */
const CONNECTION_CLOSED = "NetConnection.Connect.Closed";

/** The options that all connections of a server share. */
export interface ConnectionOptions {
  /** The chunk size to announce, in bytes. */
  chunkSize: number;
  /** Cuts tags for players in chunks of that size. */
  chunks: TagChunks;
  /** The limits of each peer. */
  limits: RtmpLimits;
  /** The budget of unfinished messages for all peers together. */
  budget: PartialBudget;
}

/** A connected peer. */
export class Connection implements RtmpConnection, DrainedPeer {
  readonly id: string = crypto.randomUUID();
  readonly remoteAddr: string;
  /** The network of its address, all addresses of which the peer may control. */
  readonly network: string;
  readonly since: Date = new Date();
  readonly isSecure: boolean;
  /** Whether it has begun a publication. */
  hasPublished = false;
  /** Whether a publication ended because the connection did. */
  lostPublication = false;
  /** Whether it was given a stream to play. */
  hasPlayed = false;
  /** The counts of received data. */
  readonly counts: ReceivedCounts = new ReceivedCounts();
  readonly #publications = new Set<Publication>();
  readonly #socket: TcpSocket;
  readonly #options: ConnectionOptions;
  readonly #timeouts: PeerTimeouts;
  readonly #disconnected: Promise<void>;
  #markDisconnected!: () => void;
  #ended = false;
  #session: ServerSession | undefined;
  #isOverBudget = false;
  #isEmpty = false;

  constructor(conn: Deno.Conn, options: ConnectionOptions) {
    this.remoteAddr = formatAddr(conn.remoteAddr);
    this.network = networkOf(this.remoteAddr);
    this.#options = options;
    this.#disconnected = new Promise((resolve) => {
      this.#markDisconnected = () => {
        this.#ended = true;
        resolve();
      };
    });
    this.#socket = new TcpSocket(conn);
    this.#timeouts = new PeerTimeouts(this.#socket, options.limits);
    this.isSecure = this.#socket.isSecure;
  }

  get bytesReceived(): number {
    return this.counts.bytes;
  }

  get bytesSent(): number {
    return this.#socket.bytesWritten;
  }

  get publications(): Publication[] {
    return [...this.#publications];
  }

  /** Adds a publication to this connection until it ends. */
  addPublication(publication: Publication): void {
    this.hasPublished = true;
    this.#publications.add(publication);
    publication.closed.then(({ reason }) => {
      this.#publications.delete(publication);
      if (reason === "disconnected") this.lostPublication = true;
    });
  }

  /** The peer's address without its port. */
  get host(): string {
    return hostOf(this.remoteAddr);
  }

  /** Whether the handshake has been done. */
  get handshakeDone(): boolean {
    return this.#session !== undefined;
  }

  /** Whether it neither publishes nor plays. */
  get isIdle(): boolean {
    return !this.#session?.isActive;
  }

  /** Whether the peer closed it without a byte, as health checks do. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Whether it was closed for the most unfinished messages, when all together exceeded the limit. */
  get isOverBudget(): boolean {
    return this.#isOverBudget;
  }

  /** Whether the peer supports a request to reconnect. */
  get canReconnect(): boolean {
    return this.#session?.canReconnect ?? false;
  }

  /** How long the server has waited for the peer, in milliseconds; 0 while it does not read. */
  get silence(): number {
    return this.#timeouts.silence;
  }

  /** Serves the connection to its end. It does not throw, but returns the error that ended it. */
  async run(handler: SessionHandler): Promise<SessionEnd> {
    try {
      const { handshakeTimeout } = this.#options.limits;
      await shakeHands(this.#socket, this.counts, handshakeTimeout);
    } catch (error) {
      this.#isEmpty = this.counts.bytes === 0 && isEndOfPeer(error);
      this.#socket.close();
      this.#markDisconnected();
      return { error };
    }
    const { budget } = this.#options;
    const hold = budget.open(() => this.#closeOverBudget());
    let memory = 0;
    // The pipeline is built after the handshake: a peer without one costs next to nothing.
    this.#session = new ServerSession({
      ...this.#options,
      transport: this.#socket,
      remoteAddr: this.remoteAddr,
      connection: this.id,
      handler,
      counts: this.counts,
      onMemory: (change) => hold(memory += change),
    });
    const end = await this.#session.run();
    this.#markDisconnected();
    await this.#socket.linger(LINGER_MS, LINGER_WHILE_SENDING_MS);
    const error = end.error ?? this.#socket.failure ?? this.#limitError;
    return error === undefined ? {} : { error };
  }

  get #limitError(): RtmpLimitError | undefined {
    if (!this.#isOverBudget) return undefined;
    const { maxTotalPartialBytes } = this.#options.limits;
    return new RtmpLimitError("Cannot keep the unfinished messages of all connections", {
      read: "the most bytes of them on this one",
      expected: `at most ${maxTotalPartialBytes} bytes on all together`,
    });
  }

  /** Closes the connection when the peer has kept the server waiting for too long. */
  checkTime(): void {
    this.#timeouts.check(this.#session);
  }

  /** Asks the peer to reconnect, to another URL if one is given. */
  requestReconnect(description: string, tcUrl?: string): void {
    this.#session?.requestReconnect(description, tcUrl);
  }

  /** Received bytes plus tags that the application has received: it grows while either progresses. */
  get progress(): number {
    const taken = this.publications.map(({ ledger }) => total(ledger.tags));
    return taken.reduce((sum, tags) => sum + tags, this.counts.bytes);
  }

  /** Whether the peer has disconnected and everything that it sent has been read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the peer has disconnected, or after `timeout` milliseconds. */
  async waitUntilDisconnected(timeout: number): Promise<void> {
    await settlesWithin(this.#disconnected, timeout);
  }

  /**
   * Ends all streams of the connection. The peer is told that the server shuts down. If it publishes,
   * the server first reads everything that it has already sent.
   *
   * @param limit The time limit for reading, in milliseconds.
   */
  async shutdown(limit: number): Promise<void> {
    const status = [StatusCode.AppShutdown, "The server is shutting down"] as const;
    if (this.#publications.size > 0) {
      this.#session?.announceEnd(...status);
      await waitUntilDrained(this, limit);
    }
    await this.#end(...status);
  }

  async end(reason = "The server has ended this connection"): Promise<void> {
    checkString("reason", reason);
    await this.#end(CONNECTION_CLOSED, plainText(reason));
  }

  async #end(code: string, description: string): Promise<void> {
    if (!this.#session) return this.#socket.close();
    const stop = after(LINGER_MS, () => this.#socket.close());
    await this.#session.close(code, description);
    stop();
  }

  /** Closes the connection at once, and ends its streams. */
  close(): void {
    this.#socket.close();
    void this.#session?.close(CONNECTION_CLOSED, "The server has closed this connection");
  }

  #closeOverBudget(): void {
    this.#isOverBudget = true;
    void this.end(
      "The server holds too many unfinished messages, most of them from this connection",
    );
  }
}
