/**
 * The registry of peers that publish or watch, over any protocol.
 *
 * RTMP connections are kept by the RTMP server, and the streams of each peer by the registry of
 * streams; this registry asks both. It keeps HTTP peers itself.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { ServerLedger } from "../../ledger/server_ledger.ts";
import type { RtmpConnection } from "../../serve/types.ts";
import type { StreamRegistry } from "./stream_registry.ts";

/** The protocol of a peer. */
export type ConnectionProtocol = "rtmp" | "rtmps" | "http-flv" | "ws-flv";

/** A stream that a connection carries. */
export interface CarriedStream {
  /** `app/name`. */
  path: string;
  /** The id of the publication, or of the consumer in its ledger. */
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
  /** Disconnects a viewer. */
  end?: (reason: string) => void;
}

/** The parts of the RTMP server that the registry uses. */
export interface RtmpPeers {
  readonly connections: RtmpConnection[];
  readonly ledger: ServerLedger;
  /** The open connection with this id. */
  connection(id: string): RtmpConnection | undefined;
}

const log = getLogger(["sluice", "server"]);

/** Describes peers, and ends their connections. */
export class PeerRegistry {
  readonly #rtmp: RtmpPeers;
  readonly #streams: StreamRegistry;
  readonly #http = new Map<string, HttpPeer>();

  /** @param streams The registry of the streams that peers publish and watch. */
  constructor(rtmp: RtmpPeers, streams: StreamRegistry) {
    this.#rtmp = rtmp;
    this.#streams = streams;
  }

  /** All peers as the API shows them, in the order of their connection. */
  get list(): ConnectionDescription[] {
    const rtmp = this.#rtmp.connections.map((one) => this.#describeRtmp(one));
    const http = Array.from(this.#http.values(), (peer) => this.#describeHttp(peer));
    return [...rtmp, ...http].sort((a, b) => a.since < b.since ? -1 : a.since > b.since ? 1 : 0);
  }

  /** The peer with this connection id, as the API shows it. */
  find(id: string): ConnectionDescription | undefined {
    const peer = this.#http.get(id);
    if (peer) return this.#describeHttp(peer);
    const connection = this.#rtmp.connection(id);
    return connection && this.#describeRtmp(connection);
  }

  /** Adds an HTTP peer; returns a function that removes it. */
  add(peer: HttpPeer): () => void {
    const { id } = peer.socket;
    this.#http.set(id, peer);
    return () => {
      if (this.#http.get(id) === peer) this.#http.delete(id);
    };
  }

  /**
   * Ends a connection; returns whether there was one with this id.
   *
   * @param reason One sentence for the peer, the log and the ledger.
   * @param by The address of the operator.
   */
  end(id: string, reason: string, by: string): boolean {
    const peer = this.find(id);
    if (!peer) return false;
    const { protocol, address: remoteAddr } = peer;
    log.info("{remoteAddr} ({protocol}) is disconnected: {reason}, from {by}", {
      connection: id,
      ...{ remoteAddr, protocol, reason, by },
    });
    this.#rtmp.ledger.kicked++;
    for (const { subscription } of this.#streams.playedBy(id)) subscription.ledger.kicked = true;
    const http = this.#http.get(id);
    if (http) this.#endHttp(http, reason);
    else void this.#rtmp.connection(id)?.end(reason);
    return true;
  }

  /** Ends an HTTP peer. A publisher is told the reason; a viewer that still waits is not. */
  #endHttp({ socket, end }: HttpPeer, reason: string): void {
    const publications = this.#streams.publishedBy(socket.id);
    for (const publication of publications) publication.close(reason);
    if (end) end(reason);
    else if (publications.length === 0) socket.destroy();
  }

  #describeRtmp(connection: RtmpConnection): ConnectionDescription {
    const { id, remoteAddr, since, isSecure, bytesReceived, bytesSent } = connection;
    return {
      id,
      protocol: isSecure ? "rtmps" : "rtmp",
      address: remoteAddr,
      since: since.toISOString(),
      ...this.#carriedBy(id),
      bytesReceived,
      bytesSent,
    };
  }

  #describeHttp({ protocol, socket }: HttpPeer): ConnectionDescription {
    const { id, remoteAddr, since, bytesRead, bytesWritten } = socket;
    return {
      id,
      protocol,
      address: remoteAddr,
      since: since.toISOString(),
      ...this.#carriedBy(id),
      bytesReceived: bytesRead,
      bytesSent: bytesWritten,
    };
  }

  /** What a connection publishes and plays. */
  #carriedBy(id: string): Pick<ConnectionDescription, "publishes" | "plays"> {
    return {
      publishes: this.#streams.publishedBy(id).map(({ path, id }) => ({ path, id })),
      plays: this.#streams.playedBy(id).map(({ path, subscription }) => ({
        path,
        id: subscription.ledger.id,
      })),
    };
  }
}
