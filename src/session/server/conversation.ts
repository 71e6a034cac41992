/**
 * The state that the parts of a session share.
 *
 * @module
 */

import { RtmpChunkDecoderStream } from "../../chunk/chunk_decoder_stream.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import type { PublicationEnd, StreamRequest } from "../../publication/publication.ts";
import type { Refusal } from "../../publication/refusal.ts";
import type { StreamPath } from "../../publication/stream_path.ts";
import { ControlLayer } from "../control_layer.ts";
import type { RtmpLimits } from "../limits.ts";
import { type ByteWriter, MessageWriter } from "../message_writer.ts";
import type { CommandContext } from "./command_layer.ts";
import type { MediaContext } from "./media_layer.ts";
import type { NetConnection } from "./net_connection.ts";
import { NetStreams } from "./net_streams.ts";
import { playerFilter, type TagFilter } from "./player_filter.ts";
import { Questions } from "./questions.ts";
import type { NetStreamContext } from "./stream_replies.ts";
import type { SessionHandler } from "./session_handler.ts";
import type { TagChunks } from "./tag_chunks.ts";

/** The acknowledgement window and the peer bandwidth that the server announces, in bytes. */
const WINDOW_SIZE = 2_500_000;

/**
 * Bytes that may wait in unfinished messages until a publish is accepted: enough for an encoder that
 * does not wait for the reply, small enough to multiply by `maxConnections`.
 */
const MAX_PARTIAL_BYTES_BEFORE_PUBLISH = 1024 * 1024;

/** The connection below a session. */
export interface ServerTransport extends ByteWriter {
  /** The bytes that the peer sends after the handshake. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Ends `readable`, so that nothing more is read from the peer. */
  cancel(): void;
}

/** The options of a session. */
export interface ServerSessionOptions {
  /** The bytes of both directions. */
  transport: ServerTransport;
  /** Where the peer connects from, as `address:port`. */
  remoteAddr: string;
  /** The id of the connection, for `authorize` and the log. */
  connection?: string;
  /** Decides for the server. */
  handler: SessionHandler;
  /** The counts of the connection. */
  counts: ReceivedCounts;
  /** The chunk size to announce, in bytes. */
  chunkSize: number;
  /** Cuts tags for players in chunks of that size. */
  chunks: TagChunks;
  /** The limits of the peer. */
  limits: RtmpLimits;
  /** Called when unfinished messages take more or less memory, with the change in bytes. */
  onMemory?: (change: number) => void;
}

/** The conversation with one peer. */
export class Conversation implements CommandContext, MediaContext, NetStreamContext {
  readonly transport: ServerTransport;
  readonly handler: SessionHandler;
  readonly counts: ReceivedCounts;
  readonly limits: RtmpLimits;
  readonly chunkSize: number;
  readonly windowSize: number = WINDOW_SIZE;
  readonly tagChunks: TagChunks;
  /** The first stage of the pipeline that decodes the peer's bytes. */
  readonly chunks: RtmpChunkDecoderStream;
  readonly writer: MessageWriter;
  readonly control: ControlLayer;
  readonly questions: Questions = new Questions();
  readonly streams: NetStreams;
  /** What the peer has said of itself, once it has connected. */
  peer: NetConnection | undefined;
  /** Whether further messages of the peer are ignored. */
  isOver = false;
  /** The reason of the end for streams that are still open, if it is known. */
  endReason: PublicationEnd | undefined;
  readonly #remoteAddr: string;
  readonly #connection: string | undefined;

  constructor(options: ServerSessionOptions) {
    const { transport, handler, counts, limits, onMemory } = options;
    const { maxMessageSize, maxChunkStreams, maxPartialBytes } = limits;
    this.transport = transport;
    this.handler = handler;
    this.counts = counts;
    this.limits = limits;
    this.chunkSize = options.chunkSize;
    this.tagChunks = options.chunks;
    this.#remoteAddr = options.remoteAddr;
    this.#connection = options.connection;
    this.writer = new MessageWriter(transport);
    this.control = new ControlLayer(this.writer, counts, WINDOW_SIZE);
    this.streams = new NetStreams(this, limits);
    // The chunk size that the server announces is for what it sends: the peer begins with 128 bytes.
    this.chunks = new RtmpChunkDecoderStream({
      ...{ maxMessageSize, maxChunkStreams, counts },
      maxPartialBytes: Math.min(maxPartialBytes, MAX_PARTIAL_BYTES_BEFORE_PUBLISH),
      coalesce: true,
      onBytes: (bytes) => this.control.received(bytes),
      ...onMemory && { onMemory },
    });
  }

  request(kind: StreamRequest["kind"], name: unknown): StreamRequest | Refusal {
    const request = this.peer!.request(kind, name, this.#remoteAddr);
    return this.#connection === undefined ? request : { ...request, connection: this.#connection };
  }

  path(name: unknown): StreamPath | Refusal {
    return this.peer!.path(name);
  }

  filter(): TagFilter {
    return playerFilter(this.peer!.capabilities);
  }

  publishAccepted(): void {
    this.chunks.maxPartialBytes = this.limits.maxPartialBytes;
  }

  streamReleased(): void {
    if (!this.streams.isActive) void this.stop();
  }

  peerCloses(): void {
    this.endReason ??= {
      reason: "unpublished",
      description: "The publisher closed the connection",
    };
    this.isOver = true;
    this.transport.cancel();
  }

  /** Ends the conversation after everything has been sent to the peer. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.writer.flush();
    this.transport.cancel();
  }
}
