/**
 * The types of `serveRtmp`: its options, its handler, and the server that it returns.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import type { ServerLedger } from "../ledger/server_ledger.ts";
import type { PasswordLookup } from "../session/server/adobe_gate.ts";
import type { RtmpLimits } from "../session/limits.ts";
import type { PlaySource } from "../session/server/player.ts";
import type { TagFilter } from "../session/server/player_filter.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import type { PublishedStream } from "./published_stream.ts";
import type { Certificate } from "../net/tls_listener.ts";

/** Options of {@linkcode serveRtmp}; the limits of {@linkcode RtmpLimits} are among them. */
export interface ServeRtmpOptions extends Partial<RtmpLimits> {
  /** The address to listen on: by default `0.0.0.0`, all addresses. */
  hostname?: string;
  /** The port to listen on: 1935 by default; 0 picks a free port, see `server.addr`. */
  port?: number;
  /** RTMPS beside RTMP: a port of its own (0 picks a free one) and a certificate. */
  tls?: Certificate & { port: number };
  /** The chunk size to announce, in bytes: 1 to 2^31 - 1, 65,536 by default. */
  chunkSize?: number;
  /**
   * The time limit for `authorize`, `play` and `password`, in milliseconds: 1 to 2^31 - 1, 10,000 by
   * default. Without an answer in time the peer is refused. After a late `true` of `authorize` the
   * server calls `onRelease`; late tags of `play` are cancelled.
   */
  authorizeTimeout?: number;
  /**
   * The time for peers to reconnect elsewhere on shutdown, in milliseconds: 5,000 by default; 0 for
   * none.
   */
  reconnectTimeout?: number;
  /** Shuts the server down when it is aborted. */
  signal?: AbortSignal;
  /**
   * Called with each error of the application's own code: of the handler, and of the options that
   * decide. An answer of the wrong type is such an error, and so is no answer in time. Without this
   * option, errors are printed to the console. The peer learns only that something failed. If this
   * callback throws, both errors are printed, and the server continues.
   */
  onError?: (error: unknown, context: ErrorContext) => unknown;
  /**
   * Called with the error of each connection that could not be accepted, for lack of file descriptors
   * for example. If this callback throws, its error is printed, and the server continues.
   */
  onAcceptError?: (error: unknown) => unknown;
  /**
   * Decides whether a publish or play is accepted. Returns `true`, or a refusal whose code and
   * description the peer gets. Any other value, an error and a timeout refuse the peer too. Then the
   * peer learns only that the server could not decide, and `onError` gets the reason.
   */
  authorize?: (request: StreamRequest) => Authorization | Promise<Authorization>;
  /**
   * Called when a request that `authorize` has allowed does not begin: the name is taken, the peer
   * has disconnected, the answer came too late, or the server is shutting down. After each allowed
   * publish the server calls either the handler or this, never both. Each allowed play either
   * begins, or the server calls this.
   */
  onRelease?: (request: StreamRequest) => unknown;
  /**
   * Decides whether a newcomer takes over a name from its holder. `true` closes the holder; `false`,
   * any other value and an error refuse the newcomer.
   *
   * Without this option, a newcomer from the same address with the same parameters takes over, and
   * every newcomer if the holder has sent nothing for 5 s. If the former holder was sending, it does
   * not get the name back while the new one sends: for 30 s, and longer while it retries.
   */
  takeOver?: (holder: Publication, newcomer: StreamRequest) => boolean;
  /**
   * Makes every peer prove that it knows a user's password, by Adobe's authentication, which OBS and
   * FFmpeg support. Returns the password of the user, or `undefined` for an unknown user. Any other
   * value, an error and a timeout refuse the peer.
   */
  password?: PasswordLookup;
  /**
   * Returns the source of tags for a player, for example a `Subscription` of a `Channel`, or a
   * refusal. Without this option, every player is refused. The filter converts each tag to what
   * this player supports. The connection is the player's. Any other value, an error and a timeout
   * refuse the player.
   */
  play?: (
    request: StreamRequest,
    filter: TagFilter,
    connection: RtmpConnection,
  ) => PlaySource | Refusal | Promise<PlaySource | Refusal>;
}

/** The answer of `authorize`: `true`, or a refusal. */
export type Authorization = true | Refusal;

/** The context of an error of the application. */
export interface ErrorContext {
  /** The handler, or the option that was called. A source that fails while it is played is `play`. */
  during: "handler" | "authorize" | "play" | "password" | "takeOver";
  /** The request on which the application was deciding. */
  request?: StreamRequest;
  /** The publication of the handler, or the one that holds the name for `takeOver`. */
  publication?: Publication;
}

/**
 * Handles a publication. When its promise settles, the publication ends if it has not ended yet. The
 * result is ignored.
 */
export type PublicationHandler = (publication: Publication) => unknown;

/** A connected peer, over RTMP or RTMPS. */
export interface RtmpConnection {
  /** The unique id of the connection; the log has it as `connection`. */
  readonly id: string;
  /** The peer's address, as `address:port`. */
  readonly remoteAddr: string;
  /** When it was accepted. */
  readonly since: Date;
  /** Whether it is RTMPS. */
  readonly isSecure: boolean;
  /** Its current publications. */
  readonly publications: Publication[];
  /** Received bytes, without those of TLS. */
  readonly bytesReceived: number;
  /** Sent bytes, without those of TLS. */
  readonly bytesSent: number;
  /**
   * Ends all streams of the connection and closes it, after some seconds even if the peer does not
   * react.
   *
   * @param reason One sentence for the peer; of a longer text, the first 1,024 characters.
   * @throws {TypeError} If the reason is not a string.
   */
  end(reason?: string): Promise<void>;
}

/** A server that listens. */
export interface RtmpServer extends AsyncDisposable {
  /** The address on which it listens for RTMP. */
  readonly addr: Deno.NetAddr;
  /** The address on which it listens for RTMPS, if it does. */
  readonly tlsAddr: Deno.NetAddr | undefined;
  /** Resolves when the server has ended and every handler has settled. */
  readonly finished: Promise<void>;
  /** Whether it accepts connections. */
  readonly listening: boolean;
  /** The counts of the server. */
  readonly ledger: ServerLedger;
  /** The current publications. */
  readonly publications: Publication[];
  /** The current connections. */
  readonly connections: RtmpConnection[];
  /**
   * Publishes a stream that did not arrive over RTMP. It is authorized, claims its name and reaches
   * the handler like any other; tags are read at the handler's pace.
   *
   * @param request The app and name of the stream, and any other facts about the publisher.
   * @param tags The tags to publish. Their end ends the publication. They are cancelled if the
   * publication ends for another reason.
   * @param counts The counts in which the caller counts its received bytes; the server counts
   * messages in it.
   * @returns The reason of its end, after the handler has received every tag.
   * @throws {RtmpCommandError} If it is refused: `statusCode` and `read` are the status for an RTMP
   * publisher.
   * @throws {TypeError} If the tags are not a stream, or a member of the request has the wrong type.
   *
   * @example
   * ```ts
   * import { type FlvTag, serveRtmp } from "@sluice/rtmp";
   * import { assertEquals } from "@std/assert";
   *
   * const received: FlvTag[] = [];
   * await using server = serveRtmp({ hostname: "127.0.0.1", port: 0 }, async ({ path, tags }) => {
   *   assertEquals(path, "live/demo");
   *   for await (const tag of tags) received.push(tag);
   * });
   *
   * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 1, 0x21) };
   * const end = await server.publish({ app: "live", name: "demo" }, ReadableStream.from([tag]));
   * assertEquals(end.reason, "unpublished");
   * ```
   */
  publish(
    request: PublishedStream,
    tags: ReadableStream<FlvTag>,
    counts?: ReceivedCounts,
  ): Promise<PublicationEnd>;
  /** Uses another certificate for new connections; open ones keep the old certificate. */
  renewCertificate(certificate: Certificate): Promise<void>;
  /**
   * Asks all peers that support it to reconnect, and serves them until they do (Enhanced RTMP v2,
   * "Reconnect Request").
   *
   * @param description One sentence for the peers; of a longer text, the first 1,024 characters.
   * @param tcUrl The new URL, absolute or relative to the peer's present one; by default that one.
   * @returns The number of peers that were asked.
   * @throws {TypeError} If an argument is not a string.
   */
  requestReconnect(description: string, tcUrl?: string): number;
  /**
   * Shuts the server down gracefully. It stops accepting connections, and asks the peers that
   * support it to reconnect within `reconnectTimeout`. It notifies all other peers, and waits for
   * the handlers to settle.
   *
   * It first reads what publishers have already sent, as long as the handler reads it, for at most
   * `timeout` or 5 s: a publisher that has just finished loses nothing.
   *
   * @param options The time limit. Without a `timeout`, the shutdown waits for each handler without
   * limit. So a handler may start a shutdown, but must not await it. With a `timeout`, the server
   * then closes all connections, and the shutdown resolves even if a handler has not settled, which
   * is logged; `finished` keeps waiting.
   * @throws {RangeError} If the timeout is not a whole number of milliseconds from 0 to 2^31 - 1.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
}

/** Options of a shutdown. */
export interface ShutdownOptions {
  /** The time limit, in milliseconds: none by default; 0 closes everything at once. */
  timeout?: number;
}
