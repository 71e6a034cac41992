/**
 * The server's side of a connection, from behind the handshake to its end.
 *
 * @module
 */

import { RtmpChunkDecoderStream } from "../chunk/chunk_decoder_stream.ts";
import { RtmpCommandError, RtmpLimitError } from "../errors.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import { type Command, isCommand, readCommand, writeCommand } from "../message/command.ts";
import { setChunkSize, setPeerBandwidth, windowAcknowledgementSize } from "../message/control.ts";
import { MessageType, type RtmpMessage } from "../message/message.ts";
import { RtmpMessageDecoderStream } from "../message/message_decoder_stream.ts";
import { CapsEx } from "./capabilities.ts";
import { ControlLayer } from "./control_layer.ts";
import type { RtmpLimits } from "./limits.ts";
import { MessageWriter } from "./message_writer.ts";
import { NetConnection } from "./net_connection.ts";
import { NetStream, type NetStreamContext } from "./net_stream.ts";
import { playerFilter } from "./player_filter.ts";
import type { PublicationEnd } from "./publication.ts";
import type { SessionHandler } from "./session_handler.ts";
import { onStatus, type Refusal, StatusCode } from "./status.ts";
import { parseName } from "./stream_name.ts";
import type { TagChunks } from "./tag_chunks.ts";

/** Bytes after which we ask for an acknowledgement, and the bandwidth we ask for: as most servers. */
const WINDOW_SIZE = 2_500_000;

/** What a session is told of its connection. */
export interface ServerSessionOptions {
  /** The bytes from behind the handshake on. */
  readable: ReadableStream<Uint8Array>;
  /** Where answers go. */
  writable: WritableStream<Uint8Array>;
  /** Where the peer connects from, as `address:port`. */
  remoteAddr: string;
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
}

/** How a connection ended: an error, or nothing when the peer went in an orderly way. */
export interface SessionEnd {
  /** What ended it. */
  error?: unknown;
}

/**
 * Leads the conversation with one peer: answers control and command messages and passes media on.
 * It reads the next message when the last one has been dealt with, so that whoever consumes a
 * publication holds its publisher back.
 */
export class ServerSession {
  readonly #options: ServerSessionOptions;
  readonly #counts: ReceivedCounts;
  readonly #writer: MessageWriter;
  readonly #control: ControlLayer;
  readonly #messages: ReadableStreamDefaultReader<RtmpMessage>;
  readonly #streams = new Map<number, NetStream>();
  readonly #context: NetStreamContext;
  #connection: NetConnection | undefined;
  #lastStreamId = 0;
  #closing = false;
  #inactiveSince = performance.now();

  constructor(options: ServerSessionOptions) {
    const { readable, writable, handler, counts, chunks, remoteAddr, limits } = options;
    this.#options = options;
    this.#counts = counts;
    this.#writer = new MessageWriter(writable);
    this.#control = new ControlLayer(this.#writer, counts, WINDOW_SIZE);
    // The chunk size that we announce is for what we send: the peer begins with the default one.
    const { maxMessageSize, maxChunkStreams, maxPartialBytes } = limits;
    const onBytes = (bytes: number) => this.#control.received(bytes);
    const chunkOptions = { maxMessageSize, maxChunkStreams, maxPartialBytes, counts, onBytes };
    this.#messages = readable
      .pipeThrough(new RtmpChunkDecoderStream(chunkOptions))
      .pipeThrough(new RtmpMessageDecoderStream({ counts }))
      .getReader();
    this.#context = {
      writer: this.#writer,
      handler,
      counts,
      chunks,
      request: (kind, name) => this.#connection!.request(kind, name, remoteAddr),
      filter: () => playerFilter(this.#connection!.capabilities),
      released: () => this.#released(),
    };
  }

  /** For how long nothing has been published or played, in milliseconds. */
  get inactivity(): number {
    if (this.#some((stream) => stream.active)) this.#inactiveSince = performance.now();
    return performance.now() - this.#inactiveSince;
  }

  /** Whether the peer watches, and so has nothing to send by itself. */
  get watches(): boolean {
    return this.#some((stream) => stream.plays) && !this.#some((stream) => stream.publishes);
  }

  /** Whether the peer has announced that it follows a request to reconnect. */
  get canReconnect(): boolean {
    return ((this.#connection?.capabilities.capsEx ?? 0) & CapsEx.Reconnect) !== 0;
  }

  /** Leads the conversation to its end. It does not throw; what went wrong is what it returns. */
  async run(): Promise<SessionEnd> {
    let end: SessionEnd = {};
    try {
      while (!this.#closing) {
        const { done, value } = await this.#messages.read();
        if (done) break;
        await this.#receive(value);
      }
    } catch (error) {
      end = { error };
      await this.#messages.cancel(error).catch(() => {});
    }
    const why = whyEnded(end);
    await Promise.all([...this.#streams.values()].map((stream) => stream.disconnect(why)));
    await this.#writer.flush();
    return end;
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

  /** Ends everything on the connection, telling the peer why. */
  async close(code: string, description: string): Promise<void> {
    this.#writer.send(onStatus(0, "error", code, description));
    for (const { id, active } of this.#streams.values()) {
      if (active) this.#writer.send(onStatus(id, "error", code, description));
    }
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#closing = true;
    await this.#writer.flush();
    await this.#messages.cancel().catch(() => {});
  }

  async #receive(message: RtmpMessage): Promise<void> {
    switch (message.typeId) {
      case MessageType.Audio:
      case MessageType.Video:
      case MessageType.DataAmf0:
      case MessageType.DataAmf3:
      case MessageType.Aggregate:
        return await this.#media(message);
    }
    if (isCommand(message)) {
      await this.#command(readCommand(message, this.#options.limits), message.messageStreamId);
    } else {
      this.#control.receive(message);
    }
    await this.#writer.relieve();
  }

  #media(message: RtmpMessage): Promise<void> | undefined {
    const stream = this.#streams.get(message.messageStreamId);
    if (stream) return stream.write(message);
    this.#counts.discard("unpublished");
  }

  async #command(command: Command, streamId: number): Promise<void> {
    if (command.name === "connect") return await this.#connect(command);
    if (!this.#connection) {
      throw new RtmpCommandError("Cannot take a command", {
        read: command.name,
        expected: "connect",
      });
    }
    if (await this.#streamCommand(command, streamId)) return;
    this.#connectionCommand(command);
  }

  /** The commands of a message stream (section 7.2.2); tells whether it was one. */
  async #streamCommand(command: Command, streamId: number): Promise<boolean> {
    const { name, args: [argument] } = command;
    const stream = this.#streams.get(streamId);
    switch (name) {
      case "publish":
        await this.#stream(streamId).publish(command);
        return true;
      case "play":
        await this.#stream(streamId).play(argument);
        return true;
      case "play2":
        await this.#stream(streamId).play(play2Name(argument));
        return true;
      case "pause":
      case "pauseRaw":
        stream?.pause(argument);
        return true;
      case "seek":
        stream?.seek();
        return true;
      case "receiveAudio":
        stream?.receive("audio", argument);
        return true;
      case "receiveVideo":
        stream?.receive("video", argument);
        return true;
      case "closeStream":
        await stream?.close();
        return true;
      case "deleteStream":
        await this.#deleteStream(argument);
        return true;
      case "FCUnpublish":
        await this.#find(argument)?.close();
        this.#answer(command, null, undefined);
        return true;
    }
    return false;
  }

  /** The commands of the connection (section 7.2.1), and those that encoders send besides. */
  #connectionCommand(command: Command): void {
    switch (command.name) {
      case "createStream":
        return this.#answer(command, null, this.#createStream());
      case "releaseStream":
      case "FCPublish":
      case "FCSubscribe":
      case "_checkbw":
        return this.#answer(command, null, undefined);
      case "getStreamLength":
        return this.#answer(command, null, 0);
      case "close":
        this.#closing = true;
        return;
      // Answers to what we have not asked, and tidings that need no answer.
      case "_result":
      case "_error":
      case "onStatus":
      case "onBWDone":
        return;
      default:
        return this.#refuse(command, `${command.name} is not known here`);
    }
  }

  /** NetConnection.connect (section 7.2.1.1). */
  async #connect(command: Command): Promise<void> {
    if (this.#connection) return this.#refuse(command, "The connection is connected already");
    const app = command.object?.app;
    const refusal = await this.#options.handler.admit(typeof app === "string" ? app : "");
    if (refusal) return await this.#reject(command, refusal);
    this.#connection = new NetConnection(command, this.#options.limits.maxNameLength);
    // The chunk size goes before any answer of more than 128 bytes: OBS loses its way otherwise.
    this.#writer.send(
      windowAcknowledgementSize(WINDOW_SIZE),
      setPeerBandwidth(WINDOW_SIZE),
      setChunkSize(this.#options.chunkSize),
      this.#connection.success(command),
    );
  }

  async #reject({ transactionId }: Command, { code, description }: Refusal): Promise<void> {
    const info = { level: "error", code: code ?? StatusCode.ConnectRejected, description };
    this.#writer.send(writeCommand(0, "_error", transactionId, null, info));
    await this.#stop();
  }

  /** NetConnection.createStream (section 7.2.1.3). */
  #createStream(): number {
    return this.#stream(++this.#lastStreamId).id;
  }

  /** The message stream of this id. Some clients publish on one that they have not asked for. */
  #stream(id: number): NetStream {
    const known = this.#streams.get(id);
    if (known) return known;
    const { maxMessageStreams } = this.#options.limits;
    if (this.#streams.size >= maxMessageStreams) {
      throw new RtmpLimitError("Cannot open one more message stream", {
        read: `message stream ${id}`,
        expected: `at most ${maxMessageStreams} message streams`,
      });
    }
    const stream = new NetStream(id, this.#context);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Section 7.2.2.3. GStreamer puts the stream's name where its id belongs. */
  async #deleteStream(idOrName: unknown): Promise<void> {
    const stream = typeof idOrName === "number"
      ? this.#streams.get(idOrName)
      : this.#find(idOrName);
    if (!stream) return;
    this.#streams.delete(stream.id);
    await stream.close();
  }

  #find(name: unknown): NetStream | undefined {
    if (typeof name !== "string") return undefined;
    const { name: wanted } = parseName(name, this.#options.limits.maxNameLength);
    return [...this.#streams.values()].find((stream) => stream.name === wanted);
  }

  #some(predicate: (stream: NetStream) => boolean): boolean {
    for (const stream of this.#streams.values()) if (predicate(stream)) return true;
    return false;
  }

  /** A stream has been refused or ended from this side; a connection without another one goes. */
  #released(): void {
    if (!this.#some((stream) => stream.active)) void this.#stop();
  }

  #answer({ transactionId }: Command, ...values: unknown[]): void {
    if (transactionId === 0) return;
    this.#writer.send(writeCommand(0, "_result", transactionId, ...values));
  }

  #refuse({ transactionId }: Command, description: string): void {
    if (transactionId === 0) return;
    const info = { level: "error", code: StatusCode.CallFailed, description };
    this.#writer.send(writeCommand(0, "_error", transactionId, null, info));
  }
}

/** Section 7.2.2.2: the name stands in an object of parameters. */
function play2Name(parameters: unknown): unknown {
  return typeof parameters === "object" && parameters !== null && "streamName" in parameters
    ? parameters.streamName
    : undefined;
}

function whyEnded({ error }: SessionEnd): PublicationEnd {
  if (error === undefined) {
    return { reason: "disconnected", description: "The publisher closed the connection" };
  }
  const description = error instanceof Error ? error.message : String(error);
  return { reason: "failed", description, error };
}
