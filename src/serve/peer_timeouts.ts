/**
 * The time limits of a peer.
 *
 * @module
 */

import { RtmpTimeoutError } from "../errors.ts";
import type { TcpSocket } from "../net/tcp_socket.ts";
import type { RtmpLimits } from "../session/limits.ts";
import type { ServerSession } from "../session/server/server_session.ts";
import { waitedSince } from "../time/standstill.ts";

/** The part of the timeout after which a silent player is pinged. */
const PING_AFTER = 1 / 3;

/** Closes the connection of a peer that sends nothing, reads nothing, or begins nothing. */
export class PeerTimeouts {
  readonly #socket: TcpSocket;
  readonly #limits: Pick<RtmpLimits, "pauseTimeout" | "startTimeout" | "timeout">;
  #wasPaused = false;
  /** When the server last noticed the end of a pause, by `performance.now()`. */
  #resumedAt = 0;

  constructor(
    socket: TcpSocket,
    limits: Pick<RtmpLimits, "pauseTimeout" | "startTimeout" | "timeout">,
  ) {
    this.#socket = socket;
    this.#limits = limits;
  }

  /** How long the server has waited for the peer, in milliseconds; 0 while it does not read. */
  get silence(): number {
    const { readingSince } = this.#socket;
    return readingSince === undefined ? 0 : waitedSince(readingSince);
  }

  /**
   * Closes the connection if the peer exceeds a time limit. A player sends nothing by itself, so it
   * is pinged; while it has paused, it need not answer pings.
   *
   * @param session The peer's session, after the handshake.
   */
  check(session: ServerSession | undefined): void {
    const { startTimeout } = this.#limits;
    const timeout = this.#timeout(session);
    const taking = this.#taking(session);
    if (this.silence > timeout) this.#expire("to send", timeout);
    else if (taking > timeout) this.#expire("to read", timeout);
    else if ((session?.inactivity ?? 0) > startTimeout) {
      this.#expire("to publish or play", startTimeout);
    } else if (session?.watches && this.silence > timeout * PING_AFTER) {
      session.ping();
    }
  }

  /** How long the peer may send nothing, or read nothing, in milliseconds. */
  #timeout(session: ServerSession | undefined): number {
    const { timeout, pauseTimeout } = this.#limits;
    return session?.isPaused ? Math.max(timeout, pauseTimeout) : timeout;
  }

  /**
   * How long the last write has been waiting for the peer, in milliseconds. When a player resumes,
   * the time starts again: the write may have been waiting since before its pause.
   */
  #taking(session: ServerSession | undefined): number {
    const isPaused = session?.isPaused ?? false;
    if (this.#wasPaused && !isPaused) this.#resumedAt = performance.now();
    this.#wasPaused = isPaused;
    const { writingSince } = this.#socket;
    return writingSince === undefined ? 0 : waitedSince(Math.max(writingSince, this.#resumedAt));
  }

  #expire(what: string, timeout: number): void {
    this.#socket.expire(
      new RtmpTimeoutError(`Cannot wait any longer for the peer ${what}`, {
        read: `nothing for ${timeout / 1000} s`,
      }),
    );
  }
}
