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
import { ControlLayer } from "./control_layer.ts";
import { MessageWriter } from "./message_writer.ts";
import { NetStream, type NetStreamContext } from "./net_stream.ts";
import type { PublicationEnd, StreamRequest } from "./publication.ts";
import type { SessionHandler } from "./session_handler.ts";
import { StatusCode } from "./status.ts";
import { type ParsedName, parseName } from "./stream_name.ts";

/** Bytes after which we ask for an acknowledgement, and the bandwidth we ask for: as most servers. */
const WINDOW_SIZE = 2_500_000;

/** Message streams on one connection. Encoders use one; nobody is known to use more than a few. */
const MAX_MESSAGE_STREAMS = 32;

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
  /** The largest message accepted, in bytes. */
  maxMessageSize: number;
}

/** How a connection ended: an error, or nothing when the peer went in an orderly way. */
export interface SessionEnd {
  /** What ended it. */
  error?: unknown;
}

/** What the peer said in `connect`. */
interface ConnectFacts {
  app: ParsedName;
  tcUrl: string;
  flashVer: string;
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
  #connected: ConnectFacts | undefined;
  #lastStreamId = 0;
  #closing = false;

  constructor(options: ServerSessionOptions) {
    const { readable, writable, handler, counts, maxMessageSize } = options;
    this.#options = options;
    this.#counts = counts;
    this.#writer = new MessageWriter(writable);
    this.#control = new ControlLayer(this.#writer, counts, WINDOW_SIZE);
    this.#messages = readable
      .pipeThrough(
        new RtmpChunkDecoderStream({
          maxMessageSize,
          counts,
          onBytes: (bytes) => this.#control.received(bytes),
        }),
      )
      .pipeThrough(new RtmpMessageDecoderStream({ counts }))
      .getReader();
    this.#context = {
      writer: this.#writer,
      handler,
      counts,
      request: (kind, name) => this.#request(kind, name),
      released: () => this.#released(),
    };
  }

  /** What the peer called itself in `connect`. */
  get flashVer(): string {
    return this.#connected?.flashVer ?? "";
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
    for (const stream of this.#streams.values()) stream.disconnect(whyEnded(end));
    await this.#writer.flush();
    return end;
  }

  /** Ends everything on the connection, telling the peer why. */
  async close(code: string, description: string): Promise<void> {
    this.#writer.send(
      writeCommand(0, "onStatus", 0, null, { level: "error", code, description }),
    );
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
    if (isCommand(message)) await this.#command(readCommand(message), message);
    else this.#control.receive(message);
    await this.#writer.flush();
  }

  #media(message: RtmpMessage): Promise<void> | undefined {
    const stream = this.#streams.get(message.messageStreamId);
    if (stream) return stream.write(message);
    this.#counts.discard("unpublished");
  }

  /** Calls of the peer: those of the connection first, then those of a message stream. */
  async #command(command: Command, message: RtmpMessage): Promise<void> {
    const { name, args } = command;
    if (name === "connect") return this.#connect(command);
    if (!this.#connected) {
      throw new RtmpCommandError("Cannot take a command", { read: name, expected: "connect" });
    }
    switch (name) {
      case "createStream":
        return this.#answer(command, null, this.#createStream());
      case "releaseStream":
      case "FCPublish":
      case "_checkbw":
        return this.#answer(command, null, undefined);
      case "getStreamLength":
        return this.#answer(command, null, 0);
      case "publish":
        return await this.#stream(message.messageStreamId).publish(command);
      case "FCUnpublish":
        this.#find(args[0])?.unpublish();
        return this.#answer(command, null, undefined);
      case "closeStream":
        return this.#streams.get(message.messageStreamId)?.unpublish();
      case "deleteStream":
        return this.#deleteStream(args[0]);
      case "_result":
      case "_error":
      case "onStatus":
        return;
      default:
        return this.#refuse(command, `${name} is not known here`);
    }
  }

  /** NetConnection.connect (RTMP 1.0, section 7.2.1.1). */
  #connect(command: Command): void {
    if (this.#connected) return this.#refuse(command, "The connection is connected already");
    const { app, tcUrl, flashVer, objectEncoding } = command.object ?? {};
    this.#connected = {
      app: parseName(text(app)),
      tcUrl: text(tcUrl),
      flashVer: text(flashVer).slice(0, 256),
    };
    // The chunk size goes before any answer of more than 128 bytes: OBS loses its way otherwise.
    this.#writer.send(
      windowAcknowledgementSize(WINDOW_SIZE),
      setPeerBandwidth(WINDOW_SIZE),
      setChunkSize(this.#options.chunkSize),
    );
    this.#answer(command, { fmsVer: "FMS/3,5,7,7009", capabilities: 31, mode: 1 }, {
      level: "status",
      code: StatusCode.ConnectSuccess,
      description: "Connection succeeded.",
      objectEncoding: objectEncoding === 3 ? 3 : 0,
    });
  }

  /** NetConnection.createStream (section 7.2.1.3). */
  #createStream(): number {
    return this.#stream(++this.#lastStreamId).id;
  }

  /** The message stream of this id. Some clients publish on one that they have not asked for. */
  #stream(id: number): NetStream {
    const known = this.#streams.get(id);
    if (known) return known;
    if (this.#streams.size >= MAX_MESSAGE_STREAMS) {
      throw new RtmpLimitError("Cannot open one more message stream", {
        read: `message stream ${id}`,
        expected: `at most ${MAX_MESSAGE_STREAMS} message streams`,
      });
    }
    const stream = new NetStream(id, this.#context);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Section 7.2.2.3. GStreamer puts the stream's name where its id belongs. */
  #deleteStream(idOrName: unknown): void {
    const stream = typeof idOrName === "number"
      ? this.#streams.get(idOrName)
      : this.#find(idOrName);
    if (!stream) return;
    stream.unpublish();
    this.#streams.delete(stream.id);
  }

  #find(name: unknown): NetStream | undefined {
    const { name: wanted } = parseName(text(name));
    return [...this.#streams.values()].find((stream) => stream.name === wanted);
  }

  #request(kind: StreamRequest["kind"], streamName: unknown): StreamRequest {
    const { app, tcUrl, flashVer } = this.#connected!;
    const { name, params } = parseName(text(streamName));
    const outer = [app.params, parseName(tcUrl).params];
    for (const [key, value] of outer.flatMap((more) => [...more])) {
      if (!params.has(key)) params.append(key, value);
    }
    const { remoteAddr } = this.#options;
    return { kind, app: app.name, name, params, remoteAddr, tcUrl, flashVer };
  }

  /** A stream has been refused or ended from this side; a connection without another one goes. */
  #released(): void {
    if ([...this.#streams.values()].some((stream) => stream.active)) return;
    void this.#stop();
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

function whyEnded({ error }: SessionEnd): PublicationEnd {
  if (error === undefined) {
    return { reason: "disconnected", description: "The publisher closed the connection" };
  }
  const description = error instanceof Error ? error.message : String(error);
  return { reason: "failed", description, error };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
