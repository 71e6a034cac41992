/**
 * Everybody who is connected to publish or to watch, whatever the protocol.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Subscription } from "../../channel/subscription.ts";
import type { Publication } from "../../publication/publication.ts";
import type { RtmpConnection, RtmpServer } from "../../serve/types.ts";

/** How a peer is connected. */
export type ConnectionProtocol = "rtmp" | "rtmps" | "http-flv" | "ws-flv";

/** A stream that a connection carries. */
export interface CarriedStream {
  /** `app/name`. */
  path: string;
  /** That of the publication, or of the consumer in its books. */
  id: string;
}

/** A connection as the API shows it. */
export interface ConnectionDescription {
  /** As in the log. */
  id: string;
  protocol: ConnectionProtocol;
  /** Where the peer connects from, as `address:port`. */
  address: string;
  since: string;
  publishes: CarriedStream[];
  plays: CarriedStream[];
  bytesReceived: number;
  bytesSent: number;
}

/** The connection of a peer over HTTP. */
export interface PeerSocket {
  /** As in the log. */
  readonly id: string;
  /** Where the peer connects from, as `address:port`. */
  readonly remoteAddr: string;
  readonly since: Date;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Closes it at once. */
  destroy(): void;
}

/** A peer that publishes or watches over HTTP. */
export interface HttpPeer {
  protocol: "http-flv" | "ws-flv";
  socket: PeerSocket;
  /** What it watches, or waits to. */
  plays?: { path: string; subscription: Subscription };
  /** Ends what it watches. */
  end?: (reason: string) => void;
}

const log = getLogger(["sluice", "server"]);

/** Knows who is connected and what they do, and ends connections. */
export class Connections {
  readonly #rtmp: () => RtmpServer;
  readonly #http = new Map<string, HttpPeer>();
  /** What is played on RTMP connections, by their id. */
  readonly #plays = new Map<string, Set<{ path: string; subscription: Subscription }>>();

  /** @param rtmp The server, which may come later than this. */
  constructor(rtmp: () => RtmpServer) {
    this.#rtmp = rtmp;
  }

  /** All of them as the API shows them, in the order in which they came. */
  get list(): ConnectionDescription[] {
    const rtmp = this.#rtmp().connections.map((one) => this.#describeRtmp(one));
    const http = Array.from(this.#http.values(), (peer) => this.#describeHttp(peer));
    return [...rtmp, ...http].sort((a, b) => a.since < b.since ? -1 : a.since > b.since ? 1 : 0);
  }

  /** Notes what a player on an RTMP connection gets, until it has ended. */
  play({ id }: RtmpConnection, path: string, subscription: Subscription): void {
    const plays = this.#plays.get(id) ?? new Set();
    this.#plays.set(id, plays);
    const play = { path, subscription };
    plays.add(play);
    subscription.done.then(() => {
      plays.delete(play);
      if (plays.size === 0 && this.#plays.get(id) === plays) this.#plays.delete(id);
    });
  }

  /** Adds a peer that connects over HTTP; returns what removes it again. */
  add(peer: HttpPeer): () => void {
    const { id } = peer.socket;
    this.#http.set(id, peer);
    return () => {
      if (this.#http.get(id) === peer) this.#http.delete(id);
    };
  }

  /**
   * Ends a connection; tells whether there was one of this id.
   *
   * @param reason One sentence for the peer, the log and the books.
   * @param by Who asked for it.
   */
  end(id: string, reason: string, by: string): boolean {
    const connection = this.list.find((connection) => connection.id === id);
    if (!connection) return false;
    const { protocol, address: remoteAddr } = connection;
    log.info("{remoteAddr} ({protocol}) is disconnected: {reason}, from {by}", {
      connection: id,
      ...{ remoteAddr, protocol, reason, by },
    });
    this.#rtmp().ledger.kicked++;
    const peer = this.#http.get(id);
    const plays = peer?.plays ? [peer.plays] : this.#plays.get(id) ?? [];
    for (const { subscription } of plays) subscription.ledger.kicked = true;
    if (peer) this.#endHttp(peer, reason);
    else void this.#rtmp().connections.find((connection) => connection.id === id)?.end(reason);
    return true;
  }

  /** A publisher is told the reason; a peer that has not begun hears none. */
  #endHttp(peer: HttpPeer, reason: string): void {
    const publications = this.#publications(peer);
    for (const publication of publications) publication.close(reason);
    if (peer.end) peer.end(reason);
    else if (publications.length === 0) peer.socket.destroy();
  }

  /** What comes by an HTTP connection. */
  #publications({ socket }: HttpPeer): Publication[] {
    return this.#rtmp().publications.filter(({ connection }) => connection === socket.id);
  }

  #describeRtmp(connection: RtmpConnection): ConnectionDescription {
    const { id, remoteAddr, since, isSecure, publications, bytesReceived, bytesSent } = connection;
    return {
      id,
      protocol: isSecure ? "rtmps" : "rtmp",
      address: remoteAddr,
      since: since.toISOString(),
      publishes: publications.map(({ path, id }) => ({ path, id })),
      plays: Array.from(this.#plays.get(id) ?? [], describePlay),
      bytesReceived,
      bytesSent,
    };
  }

  #describeHttp(peer: HttpPeer): ConnectionDescription {
    const { id, remoteAddr, since, bytesRead, bytesWritten } = peer.socket;
    return {
      id,
      protocol: peer.protocol,
      address: remoteAddr,
      since: since.toISOString(),
      publishes: this.#publications(peer).map(({ path, id }) => ({ path, id })),
      plays: peer.plays ? [describePlay(peer.plays)] : [],
      bytesReceived: bytesRead,
      bytesSent: bytesWritten,
    };
  }
}

function describePlay(
  { path, subscription }: { path: string; subscription: Subscription },
): CarriedStream {
  return { path, id: subscription.ledger.id };
}
