/**
 * One connection, from being accepted to being closed.
 *
 * @module
 */

import { checkString } from "../check_option.ts";
import { RtmpHandshakeError, RtmpLimitError, RtmpTimeoutError } from "../errors.ts";
import { answerHandshake } from "../handshake/server_handshake.ts";
import { checkC0, HANDSHAKE_CLIENT_BYTES, PACKET_BYTES } from "../handshake/packet.ts";
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
import type { RtmpConnection } from "./types.ts";

/** What a peer is told whose connection is ended alone (Flash Media Server's code for it). */
const CONNECTION_CLOSED = "NetConnection.Connect.Closed";

/** The part of the timeout that a peer which watches may be silent before it is pinged. */
const PING_AFTER = 1 / 3;

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
  bytesSent = 0;
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
  readonly #hasGone: Promise<void>;
  #gone!: () => void;
  #ended = false;
  #session: ServerSession | undefined;
  #isCut = false;
  #isEmpty = false;
  #wasPaused = false;
  /** When a pause was last found to be over, by `performance.now()`. */
  #resumedAt = 0;

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
    this.isSecure = !isTcp(conn);
    if (isTcp(conn)) conn.setNoDelay();
  }

  get bytesReceived(): number {
    return this.counts.bytes;
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
    const { readingSince } = this.#socket;
    return readingSince === undefined ? 0 : performance.now() - readingSince;
  }

  /** Leads the connection to its end. It does not throw; what went wrong is what it returns. */
  async run(handler: SessionHandler): Promise<SessionEnd> {
    try {
      await this.#handshake();
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
      transport: {
        readable: this.#socket.readable,
        write: (bytes) => this.#write(bytes),
        stopReading: () => this.#socket.cancel(),
      },
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

  /**
   * Closes the connection when the peer has kept the server waiting for too long. One that watches
   * has nothing to send by itself: it is pinged. One that has paused may answer no ping.
   */
  checkTime(): void {
    const { startTimeout } = this.#options.limits;
    const timeout = this.#timeout;
    const taking = this.#taking;
    if (this.silence > timeout) this.#expire("to send", timeout);
    else if (taking > timeout) this.#expire("to read", timeout);
    else if ((this.#session?.inactivity ?? 0) > startTimeout) {
      this.#expire("to publish or play", startTimeout);
    } else if (this.#session?.watches && this.silence > timeout * PING_AFTER) {
      this.#session.ping();
    }
  }

  /** How long the peer may send nothing, or take nothing, in milliseconds. */
  get #timeout(): number {
    const { timeout, pauseTimeout } = this.#options.limits;
    return this.#session?.isPaused ? Math.max(timeout, pauseTimeout) : timeout;
  }

  /**
   * For how long the peer has been taking what was sent last, in milliseconds. A player that resumes
   * has time anew: what waits for it has waited since before its pause.
   */
  get #taking(): number {
    const isPaused = this.#session?.isPaused ?? false;
    if (this.#wasPaused && !isPaused) this.#resumedAt = performance.now();
    this.#wasPaused = isPaused;
    const { writingSince } = this.#socket;
    return writingSince === undefined
      ? 0
      : performance.now() - Math.max(writingSince, this.#resumedAt);
  }

  #expire(what: string, timeout: number): void {
    this.#socket.expire(
      new RtmpTimeoutError(`Cannot wait any longer for the peer ${what}`, {
        read: `nothing for ${timeout / 1000} s`,
      }),
    );
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

  #write(bytes: Uint8Array): Promise<void> {
    this.bytesSent += bytes.length;
    return this.#socket.write(bytes);
  }

  async #handshake(): Promise<void> {
    const { handshakeTimeout } = this.#options.limits;
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
      await this.#write(s0s1s2);
      await this.#socket.readExactly(new Uint8Array(PACKET_BYTES), (read) => {
        this.counts.bytes = HANDSHAKE_CLIENT_BYTES + read.length;
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether a handshake failed because the peer ended the connection, in whatever way. */
function isEndOfPeer(error: unknown): boolean {
  return error instanceof RtmpHandshakeError || error instanceof Deno.errors.ConnectionReset ||
    // A connection of TLS that ends before its own handshake is done.
    error instanceof Deno.errors.UnexpectedEof;
}

/** TLS connections have no such switch. */
function isTcp(conn: Deno.Conn): conn is Deno.TcpConn {
  return "setNoDelay" in conn;
}
