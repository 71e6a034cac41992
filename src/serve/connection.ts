/**
 * One connection, from being accepted to being closed.
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
import { drained, type DrainedPeer } from "./drain.ts";
import { TcpSocket } from "../net/tcp_socket.ts";
import { formatAddr, hostOf, networkOf } from "../net/address.ts";
import { LINGER_MS, LINGER_WHILE_SENDING_MS } from "../net/linger.ts";
import { PeerTimeouts } from "./peer_timeouts.ts";
import { isEndOfPeer, shakeHands } from "./shake_hands.ts";
import type { RtmpConnection } from "./types.ts";

/** What a peer is told whose connection is ended alone (Flash Media Server's code for it). */
const CONNECTION_CLOSED = "NetConnection.Connect.Closed";

/** What all connections of a server have in common. */
export interface ConnectionOptions {
  /** The chunk size to announce, in bytes. */
  chunkSize: number;
  /** Cuts tags for players in chunks of that size. */
  chunks: TagChunks;
  /** What peers may ask for. */
  limits: RtmpLimits;
  /** What all of them together may leave unfinished. */
  budget: PartialBudget;
}

/** A peer that has connected. */
export class Connection implements RtmpConnection, DrainedPeer {
  readonly id: string = crypto.randomUUID();
  readonly remoteAddr: string;
  /** What its address has in common with all others that the peer can have. */
  readonly network: string;
  readonly since: Date = new Date();
  readonly isSecure: boolean;
  /** Whether a publication of it has begun. */
  hasPublished = false;
  /** Whether a publication of it has ended without a word from the publisher. */
  lostPublication = false;
  /** Whether it was given a stream to play. */
  hasPlayed = false;
  /** What has been received. */
  readonly counts: ReceivedCounts = new ReceivedCounts();
  readonly #publications = new Set<Publication>();
  readonly #socket: TcpSocket;
  readonly #options: ConnectionOptions;
  readonly #timeouts: PeerTimeouts;
  readonly #hasGone: Promise<void>;
  #gone!: () => void;
  #ended = false;
  #session: ServerSession | undefined;
  #isCut = false;
  #isEmpty = false;

  constructor(conn: Deno.Conn, options: ConnectionOptions) {
    this.remoteAddr = formatAddr(conn.remoteAddr);
    this.network = networkOf(this.remoteAddr);
    this.#options = options;
    this.#hasGone = new Promise((resolve) => {
      this.#gone = () => {
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

  /** Counts a publication among those of this connection until it ends. */
  addPublication(publication: Publication): void {
    this.hasPublished = true;
    this.#publications.add(publication);
    publication.closed.then(({ reason }) => {
      this.#publications.delete(publication);
      if (reason === "disconnected") this.lostPublication = true;
    });
  }

  /** The address the peer connects from, without its port. */
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

  /** Whether the peer ended it before it sent a byte, as health checks do. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Whether it was closed for the most unfinished messages, when all had too many together. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Whether the peer follows a request to reconnect. */
  get canReconnect(): boolean {
    return this.#session?.canReconnect ?? false;
  }

  /** For how long the peer has been waited for, in milliseconds; 0 when it is we who do not read. */
  get silence(): number {
    return this.#timeouts.silence;
  }

  /** Leads the connection to its end. It does not throw; what went wrong is what it returns. */
  async run(handler: SessionHandler): Promise<SessionEnd> {
    try {
      const { handshakeTimeout } = this.#options.limits;
      await shakeHands(this.#socket, this.counts, handshakeTimeout);
    } catch (error) {
      this.#isEmpty = this.counts.bytes === 0 && isEndOfPeer(error);
      this.#socket.close();
      this.#gone();
      return { error };
    }
    const { budget } = this.#options;
    const hold = budget.open(() => this.#cut());
    let memory = 0;
    // The pipeline is built only now: a peer that does not get here has cost next to nothing.
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
    this.#gone();
    await this.#socket.closeGently(LINGER_MS, LINGER_WHILE_SENDING_MS);
    const error = end.error ?? this.#socket.failure ?? this.#whyCut;
    return error === undefined ? {} : { error };
  }

  get #whyCut(): RtmpLimitError | undefined {
    if (!this.#isCut) return undefined;
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

  /** Asks the peer to connect anew, perhaps elsewhere. */
  requestReconnect(description: string, tcUrl?: string): void {
    this.#session?.requestReconnect(description, tcUrl);
  }

  /** Bytes that have come, and tags of them that the application has taken: whether it goes on. */
  get progress(): number {
    const taken = this.publications.map(({ ledger }) => total(ledger.tags));
    return taken.reduce((sum, tags) => sum + tags, this.counts.bytes);
  }

  /** Whether the peer has disconnected, and everything it sent has been read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the peer has disconnected, or after `patience` milliseconds. */
  async gone(patience: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, patience));
    await Promise.race([this.#hasGone, late]);
    clearTimeout(timer);
  }

  /**
   * Ends everything on the connection. The peer is told that the server shuts down; of a publisher,
   * what it had sent is read first.
   *
   * @param limit The longest time to read, in milliseconds.
   */
  async shutdown(limit: number): Promise<void> {
    const ending = [StatusCode.AppShutdown, "The server is shutting down"] as const;
    if (this.#publications.size > 0) {
      this.#session?.announceEnd(...ending);
      await drained(this, limit);
    }
    await this.#end(...ending);
  }

  async end(reason = "The server has ended this connection"): Promise<void> {
    checkString("reason", reason);
    await this.#end(CONNECTION_CLOSED, plainText(reason));
  }

  async #end(code: string, description: string): Promise<void> {
    if (!this.#session) return this.#socket.close();
    const timer = setTimeout(() => this.#socket.close(), LINGER_MS);
    await this.#session.close(code, description);
    clearTimeout(timer);
  }

  /** Closes the connection at once, and ends what it carries. */
  close(): void {
    this.#socket.close();
    void this.#session?.close(CONNECTION_CLOSED, "The server has closed this connection");
  }

  #cut(): void {
    this.#isCut = true;
    void this.end(
      "The server holds too many unfinished messages, most of them from this connection",
    );
  }
}
