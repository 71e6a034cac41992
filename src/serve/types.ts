/**
 * What `serveRtmp` takes and gives.
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
  /** The address to listen on: `0.0.0.0`, all of them, by default. */
  hostname?: string;
  /** The port to listen on: 1935 by default; 0 picks a free one, see `server.addr`. */
  port?: number;
  /** RTMPS beside RTMP: a port of its own (0 picks a free one) and a certificate. */
  tls?: Certificate & { port: number };
  /** The chunk size to announce, in bytes: 1 to 2^31 - 1, 65,536 by default. */
  chunkSize?: number;
  /**
   * Milliseconds that `authorize`, `play` and `password` may take: 1 to 2^31 - 1, 10,000 by default.
   * No answer in time is a refusal; a later one is given up.
   */
  authorizeTimeout?: number;
  /** Milliseconds that peers get on shutdown to follow a request to reconnect: 5,000; 0 for none. */
  reconnectTimeout?: number;
  /** Shuts the server down when it is aborted. */
  signal?: AbortSignal;
  /**
   * Called with what the application's own code throws or rejects with: the handler, and the options
   * that decide. An answer that is not of the promised kind is such an error, and so is no answer in
   * time. Errors are printed to the console unless this is given. The peer hears no more than that
   * something failed. If it throws itself, both errors are printed, and nothing ends.
   */
  onError?: (error: unknown, context: ErrorContext) => unknown;
  /**
   * Called with the error of each connection that could not be accepted, as for lack of file
   * descriptors. What it throws itself is printed, and ends nothing.
   */
  onAcceptError?: (error: unknown) => unknown;
  /**
   * Asked before a publish or play is accepted: `true`, or a refusal whose code and description
   * reach the peer. Anything else is a refusal too, as are an error and a timeout; the peer hears no
   * more than that the server could not decide, and `onError` is called with the reason.
   */
  authorize?: (request: StreamRequest) => Authorization | Promise<Authorization>;
  /**
   * Called when what `authorize` has allowed does not begin: the name is taken, the peer has
   * disconnected, the answer came too late, or the server is shutting down. Each publish that is
   * allowed is followed by one call of the handler or of this, never both; each play that is allowed
   * is played, or followed by a call of this.
   */
  onRelease?: (request: StreamRequest) => unknown;
  /**
   * Decides whether a newcomer takes over a name that another publication has: `true` closes the
   * holder, `false` refuses the newcomer, as anything else and an error do. Without it a newcomer
   * takes over that comes from the same address with the same parameters, and every newcomer when
   * the holder has sent nothing for 5 s. A name that was taken from a publisher which was sending is
   * not given back to it while its new holder sends: for 30 s, and as long as it has been tried.
   */
  takeOver?: (holder: Publication, newcomer: StreamRequest) => boolean;
  /**
   * Makes every peer prove that it knows the password of a user, by Adobe's authentication, as OBS
   * and FFmpeg know it. Gives the password, or `undefined` for a user who is not known. Any other
   * value, an error and a timeout refuse the peer.
   */
  password?: PasswordLookup;
  /**
   * What a player gets, or why it gets nothing; without it there is no playing. The filter makes of
   * each tag what this player understands. A `Subscription` of a `Channel` is such a source. The
   * connection is the one on which it asks. Any other value, an error and a timeout refuse the
   * player.
   */
  play?: (
    request: StreamRequest,
    filter: TagFilter,
    connection: RtmpConnection,
  ) => PlaySource | Refusal | Promise<PlaySource | Refusal>;
}

/** `true`, or why not. */
export type Authorization = true | Refusal;

/** What of the application failed, and on what. */
export interface ErrorContext {
  /** The handler, or the option that was asked. A source that fails while it is played is `play`. */
  during: "handler" | "authorize" | "play" | "password" | "takeOver";
  /** What the peer asked for, when it was a publish or play that was being decided on. */
  request?: StreamRequest;
  /** The publication, of the handler; the one that has the name, of `takeOver`. */
  publication?: Publication;
}

/**
 * Takes a publication; the publication ends, if it has not yet, when the promise settles. What it
 * returns, or resolves with, does not matter.
 */
export type PublicationHandler = (publication: Publication) => unknown;

/** A peer that is connected, over RTMP or RTMPS. */
export interface RtmpConnection {
  /** Tells this connection from all others; the log has it as `connection`. */
  readonly id: string;
  /** Where the peer connects from, as `address:port`. */
  readonly remoteAddr: string;
  /** When it was taken in. */
  readonly since: Date;
  /** Whether it is RTMPS. */
  readonly isSecure: boolean;
  /** What is published on it now. */
  readonly publications: Publication[];
  /** Bytes that have come, those of TLS left out. */
  readonly bytesReceived: number;
  /** Bytes that were sent, those of TLS left out. */
  readonly bytesSent: number;
  /**
   * Ends everything on the connection and closes it, in a moment even if the peer does not listen.
   *
   * @param reason One sentence for the peer; of a longer text, the first 1,024 characters.
   * @throws {TypeError} If it is no text.
   */
  end(reason?: string): Promise<void>;
}

/** A server that listens. */
export interface RtmpServer extends AsyncDisposable {
  /** Where it listens for RTMP. */
  readonly addr: Deno.NetAddr;
  /** Where it listens for RTMPS, if it does. */
  readonly tlsAddr: Deno.NetAddr | undefined;
  /** Resolves when the server has ended and every handler has settled. */
  readonly finished: Promise<void>;
  /** Whether it takes in connections. */
  readonly listening: boolean;
  /** What it has seen. */
  readonly ledger: ServerLedger;
  /** The publications that go on now. */
  readonly publications: Publication[];
  /** The peers that are connected now. */
  readonly connections: RtmpConnection[];
  /**
   * Publishes a stream that did not arrive over RTMP. It is authorized, claims its name and reaches
   * the handler like any other; tags are read at the handler's pace.
   *
   * @param request Who publishes what: app and name, and what else there is to say.
   * @param tags What is published; its end is that of the publication. It is cancelled when the
   * publication ends otherwise.
   * @param counts Where the bytes are counted from which the tags are made; messages are counted
   * here.
   * @returns How it ended, when everything has been handed on.
   * @throws {RtmpCommandError} If it is refused: `statusCode` and `read` are what an RTMP publisher
   * would hear.
   * @throws {TypeError} If the tags are no stream, or something in the request is of another kind than
   * it has to be.
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
  /** Uses another certificate for connections from now on; those that are open stay as they are. */
  renewCertificate(certificate: Certificate): Promise<void>;
  /**
   * Asks all peers that have announced that they understand it to go elsewhere, and goes on serving
   * them until they do (Enhanced RTMP v2, "Reconnect Request").
   *
   * @param description One sentence for the peers; of a longer text, the first 1,024 characters.
   * @param tcUrl Where to, absolute or relative to the URL they have used; the same if not given.
   * @returns How many peers were asked.
   * @throws {TypeError} If one of them is no text.
   */
  requestReconnect(description: string, tcUrl?: string): number;
  /**
   * Stops accepting connections, asks the peers that understand it to reconnect, gives them time to,
   * tells all others that the server shuts down, and waits for the handlers to settle.
   *
   * What a publisher had sent by then is read first, as long as the handler takes it, for 5 s at
   * most or for `timeout`: one that has just finished loses nothing.
   *
   * @param options How long it may take. Without a `timeout` a handler that never settles keeps it
   * waiting; so does one that itself waits for the shutdown, which it may begin but not await. With
   * one, connections are closed and publications ended when the time is over, and it resolves although
   * a handler has not settled, which the log says; `finished` goes on waiting.
   * @throws {RangeError} If the timeout is not a whole number of milliseconds from 0 to 2^31 - 1.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
}

/** How a server is shut down. */
export interface ShutdownOptions {
  /** The longest time it may take, in milliseconds; 0 closes everything at once. None by default. */
  timeout?: number;
}
