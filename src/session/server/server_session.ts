/**
 * The server's side of a connection, from behind the handshake to its end.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { RtmpError } from "../../errors.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { isCommand, writeCommand } from "../../message/command.ts";
import { carriesTag, MessageType, type RtmpMessage } from "../../message/message.ts";
import { RtmpChunkDecoderStream } from "../../chunk/chunk_decoder_stream.ts";
import { RtmpMessageDecoderStream } from "../../message/message_decoder_stream.ts";
import { CapsEx } from "../capabilities.ts";
import { CommandLayer } from "./command_layer.ts";
import { ControlLayer } from "../control_layer.ts";
import type { RtmpLimits } from "../limits.ts";
import { MediaLayer } from "./media_layer.ts";
import { type ByteWriter, MessageWriter } from "../message_writer.ts";
import { NetStreams } from "./net_streams.ts";
import { playerFilter } from "./player_filter.ts";
import type { PublicationEnd, StreamRequest } from "../../publication/publication.ts";
import { Questions } from "./questions.ts";
import type { SessionHandler } from "./session_handler.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { onStatus, StatusCode } from "../status.ts";
import type { TagChunks } from "./tag_chunks.ts";
import { SinkStream } from "../../pipeline/sink_stream.ts";
import { TURNS } from "../../time/turns.ts";

/** Bytes after which we ask for an acknowledgement, and the bandwidth we ask for: as most servers. */
const WINDOW_SIZE = 2_500_000;

/**
 * Bytes that may wait in unfinished messages until a publish is accepted: enough for an encoder that
 * does not wait for the reply, small enough to multiply by `maxConnections`.
 */
const MAX_PARTIAL_BYTES_BEFORE_PUBLISH = 1024 * 1024;

/** What a command or a control message costs, as the bytes of media that cost as much to deal with. */
const CONVERSATION_COST = 16 * 1024;

/** The same for the end of a message stream. */
const END_COST = 8 * 1024;

/** The connection below a session. */
export interface ServerTransport extends ByteWriter {
  /** What the peer sends after the handshake. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Ends `readable`: nothing more is to be read from the peer. */
  cancel(): void;
}

/** What a session is told of its connection. */
export interface ServerSessionOptions {
  transport: ServerTransport;
  /** Where the peer connects from, as `address:port`. */
  remoteAddr: string;
  /** The id of the connection, for `authorize` and the log. */
  connection?: string;
  /** The program around it. */
  handler: SessionHandler;
  /** What the connection has received so far. */
  counts: ReceivedCounts;
  /** The chunk size to announce, in bytes. */
  chunkSize: number;
  /** Cuts tags for players in chunks of that size. */
  chunks: TagChunks;
  /** What the peer may ask for. */
  limits: RtmpLimits;
  /** Called with how many bytes of memory more, or fewer, unfinished messages take. */
  onMemory?: (change: number) => void;
}

/** How a connection ended: an error, or nothing when the peer went in an orderly way. */
export interface SessionEnd {
  /** What ended it. */
  error?: unknown;
}

/**
 * Leads the conversation with one peer: answers control and command messages and passes media on.
 * The next message is taken when the last one has been dealt with, so that a consumer of a
 * publication holds its publisher back.
 */
export class ServerSession {
  readonly #transport: ServerTransport;
  readonly #writer: MessageWriter;
  readonly #control: ControlLayer;
  readonly #commands: CommandLayer;
  readonly #media: MediaLayer;
  readonly #chunks: RtmpChunkDecoderStream;
  readonly #messages: RtmpMessageDecoderStream;
  readonly #streams: NetStreams;
  readonly #questions = new Questions();
  #closing = false;
  /** Why everything has ended that had not ended before, if it is known. */
  #why: PublicationEnd | undefined;
  /** What the peer has been told, when this side ends everything. */
  #ending: PublicationEnd | undefined;
  #inactiveSince = performance.now();

  constructor(options: ServerSessionOptions) {
    const { transport, handler, counts, chunkSize, chunks, remoteAddr, limits } = options;
    const { maxMessageSize, maxChunkStreams, maxPartialBytes } = limits;
    const onMemory = options.onMemory ?? (() => {});
    this.#transport = transport;
    this.#writer = new MessageWriter(transport);
    this.#control = new ControlLayer(this.#writer, counts, WINDOW_SIZE);
    // The chunk size that the server announces is for what it sends: the peer begins with 128 bytes.
    this.#chunks = new RtmpChunkDecoderStream({
      ...{ maxMessageSize, maxChunkStreams, counts, onMemory },
      maxPartialBytes: Math.min(maxPartialBytes, MAX_PARTIAL_BYTES_BEFORE_PUBLISH),
      coalesce: true,
      onBytes: (bytes) => this.#control.received(bytes),
    });
    this.#messages = new RtmpMessageDecoderStream({ counts, onMemory });
    const context = {
      writer: this.#writer,
      handler,
      counts,
      chunks,
      turns: TURNS,
      questions: this.#questions,
      request: (kind: StreamRequest["kind"], name: unknown): StreamRequest | Refusal => ({
        ...this.#commands.connection!.request(kind, name, remoteAddr),
        ...options.connection !== undefined && { connection: options.connection },
      }),
      path: (name: unknown) => this.#commands.connection!.path(name),
      filter: () => playerFilter(this.#commands.connection!.capabilities),
      accepted: () => void (this.#chunks.maxPartialBytes = maxPartialBytes),
      released: () => this.#released(),
    };
    this.#streams = new NetStreams(context, limits);
    this.#commands = new CommandLayer({
      writer: this.#writer,
      streams: this.#streams,
      handler,
      questions: this.#questions,
      limits,
      chunkSize,
      windowSize: WINDOW_SIZE,
      closed: () => {
        this.#why ??= { reason: "unpublished", description: "The publisher closed the connection" };
        this.#closing = true;
        this.#transport.cancel();
      },
      rejected: () => void this.#stop(),
    });
    this.#media = new MediaLayer({ writer: this.#writer, streams: this.#streams, handler, counts });
  }

  /** Whether something is published or played. */
  get isActive(): boolean {
    return this.#streams.some((stream) => stream.active);
  }

  /** For how long nothing has been published or played, in milliseconds. */
  get inactivity(): number {
    if (this.isActive) this.#inactiveSince = performance.now();
    return performance.now() - this.#inactiveSince;
  }

  /** Whether the peer watches, and so has nothing to send by itself. */
  get watches(): boolean {
    return this.#streams.some((stream) => stream.plays) &&
      !this.#streams.some((stream) => stream.publishes);
  }

  /** Whether the peer has paused all that it plays, and so may read nothing for a long time. */
  get isPaused(): boolean {
    return this.watches && !this.#streams.some((stream) => stream.plays && !stream.paused);
  }

  /** Whether the peer has announced that it follows a request to reconnect. */
  get canReconnect(): boolean {
    return ((this.#commands.connection?.capabilities.capsEx ?? 0) & CapsEx.Reconnect) !== 0;
  }

  /** Leads the conversation to its end. It does not throw; what went wrong is what it returns. */
  async run(): Promise<SessionEnd> {
    let error: unknown;
    try {
      await this.#transport.readable
        .pipeThrough(this.#chunks)
        .pipeThrough(this.#messages)
        .pipeTo(new SinkStream({ write: (message) => this.#take(message) }));
    } catch (thrown) {
      error = thrown;
      if (thrown instanceof RtmpError) this.#complain(thrown);
    }
    this.#transport.cancel();
    this.#writer.window.lift();
    // Hundreds of connections may end at once, each with many publications.
    TURNS.begin();
    const turn = TURNS.take(END_COST * this.#streams.all.length);
    if (turn) await turn;
    const why = this.#why ?? (error === undefined && this.#ending || whyEnded(error));
    for (const stream of this.#streams.all) stream.disconnect(why);
    await this.#writer.flush();
    return error === undefined ? {} : { error };
  }

  /** Asks the peer to show that it is there. */
  ping(): void {
    this.#control.ping();
    void this.#writer.flush();
  }

  /**
   * Asks the peer to connect anew, and goes on serving it until it does (Enhanced RTMP v2, "Reconnect
   * Request").
   *
   * @param tcUrl Where to: absolute, or relative to the URL it has used; the same if not given.
   */
  requestReconnect(description: string, tcUrl?: string): void {
    const info = { level: "status", code: StatusCode.ReconnectRequest, description };
    this.#writer.send(writeCommand(0, "onStatus", 0, null, tcUrl ? { ...info, tcUrl } : info));
    void this.#writer.flush();
  }

  /** Tells the peer once that everything ends, and why, and goes on reading what it sends. */
  announceEnd(code: string, description: string): void {
    if (this.#ending) return;
    this.#ending = { reason: "closed", description };
    for (const stream of this.#streams.all) stream.drain();
    this.#writer.send(onStatus(0, "error", code, description));
    for (const stream of this.#streams.all) {
      if (stream.active) this.#writer.send(onStatus(stream.id, "error", code, description));
    }
    void this.#writer.flush();
  }

  /** Ends everything on the connection, telling the peer why. */
  async close(code: string, description: string): Promise<void> {
    this.announceEnd(code, description);
    this.#why ??= this.#ending!;
    this.#questions.abandon();
    // `run` does the same, but it may be waiting for an application that waits for this end.
    for (const stream of this.#streams.all) stream.disconnect(this.#why);
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#closing = true;
    await this.#writer.flush();
    this.#transport.cancel();
  }

  /** Says what the connection ends for: encoders try again for ever when they are told nothing. */
  #complain({ message }: RtmpError): void {
    for (const { id } of this.#streams.all) {
      this.#writer.send(onStatus(id, "error", StatusCode.Failed, message));
    }
  }

  /** Deals with a message when there is time for it. */
  #take(message: RtmpMessage): Promise<void> | undefined {
    if (this.#closing) return undefined;
    const turn = TURNS.take(isMedia(message) ? message.payload.length : CONVERSATION_COST);
    if (!turn) return this.#receive(message);
    return turn.then(() => this.#closing ? undefined : this.#receive(message));
  }

  #receive(message: RtmpMessage): Promise<void> | undefined {
    return isMedia(message) ? this.#media.receive(message) : this.#converse(message);
  }

  async #converse(message: RtmpMessage): Promise<void> {
    if (isCommand(message)) await this.#commands.receive(message);
    else this.#control.receive(message);
    await this.#writer.relieve();
  }

  /** A stream has been refused or ended from this side; a connection without another one goes. */
  #released(): void {
    if (!this.#streams.some((stream) => stream.active)) void this.#stop();
  }
}

function isMedia({ typeId }: RtmpMessage): boolean {
  return carriesTag(typeId) || typeId === MessageType.Aggregate;
}

function whyEnded(error: unknown): PublicationEnd {
  if (error === undefined) {
    return { reason: "disconnected", description: "The publisher closed the connection" };
  }
  const description = errorMessage(error);
  return { reason: "failed", description, error };
}
