/**
 * The client's side of a session, from the end of the handshake to the end of the connection.
 *
 * @module
 */

import { RtmpCommandError, RtmpError } from "../../errors.ts";
import { RtmpChunkDecoderStream } from "../../chunk/chunk_decoder_stream.ts";
import { ReceivedCounts } from "../../ledger/received_counts.ts";
import { type Command, isCommand, writeCommand } from "../../message/command.ts";
import { setChunkSize, windowAcknowledgementSize } from "../../message/control.ts";
import { isMedia, type RtmpMessage } from "../../message/message.ts";
import { RtmpMessageDecoderStream } from "../../message/message_decoder_stream.ts";
import { ControlLayer } from "../control_layer.ts";
import { type Patience, patiently } from "../../time/deadline.ts";
import { whileActive } from "../../time/idle.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { type ByteWriter, MessageWriter } from "../message_writer.ts";
import { readAnswer, readOnStatus } from "./read_status.ts";
import { whileDoing } from "./while_doing.ts";

/**
 * Bytes after which we ask for an acknowledgement. It is a sign of life of a server that is slow: at
 * 1 Mbit/s there is one each second.
 */
const WINDOW_SIZE = 128 * 1024;

/** Payload bytes in the chunks we send: enough for most frames, and no server minds. */
const CHUNK_SIZE = 65_536;

/** The connection below a session. */
export interface Transport extends ByteWriter {
  /** What the server sends. It ends when the connection does. */
  readonly readable: ReadableStream<Uint8Array>;
  /** The error that ended the connection, if it did not just end. */
  readonly failure: unknown;
  /** Since when a read has been waiting for a byte of the server, by `performance.now()`. */
  readonly readingSince: number | undefined;
  /** Since when a write has been waiting for the server to take a byte, by `performance.now()`. */
  readonly writingSince: number | undefined;
  /** Says that nothing more comes. */
  closeWrite(): Promise<void>;
  /** Says so, and waits at most this many milliseconds for the server to close its side. */
  closeGently(patience: number): Promise<void>;
  /** Closes the connection at once. */
  close(): void;
}

/** For how long a client waits for its server, in milliseconds. */
export interface ClientPatience extends Patience {
  /** While the server takes nothing of a publication, or sends nothing of what is played. */
  idleTimeout: number;
  /** While the server shows no sign of life at the end. */
  closeTimeout: number;
}

/**
 * Leads the conversation with one server. It reads when the caller waits for a message, and only
 * then: a caller that does not read holds the server back.
 */
export class ClientSession {
  /** What goes to the server. */
  readonly writer: MessageWriter;
  /** How long each answer is waited for, and what ends it all. */
  readonly patience: ClientPatience;
  readonly #transport: Transport;
  readonly #control: ControlLayer;
  readonly #messages: ReadableStreamDefaultReader<RtmpMessage>;
  #transactions = 0;
  /** When the server last sent something, by `performance.now()`. */
  heardAt = performance.now();

  constructor(transport: Transport, patience: ClientPatience) {
    const counts = new ReceivedCounts();
    this.patience = patience;
    this.#transport = transport;
    this.writer = new MessageWriter(transport);
    this.#control = new ControlLayer(this.writer, counts, WINDOW_SIZE, WINDOW_SIZE);
    const { maxMessageSize, maxChunkStreams, maxPartialBytes } = DEFAULT_LIMITS;
    const chunks = new RtmpChunkDecoderStream({
      ...{ maxMessageSize, maxChunkStreams, maxPartialBytes, counts },
      coalesce: true,
      onBytes: (bytes) => {
        this.heardAt = performance.now();
        this.#control.received(bytes);
      },
    });
    this.#messages = transport.readable
      .pipeThrough(chunks)
      .pipeThrough(new RtmpMessageDecoderStream({ counts }))
      .getReader();
  }

  /** The error that ended the connection, if it did not just end. */
  get failure(): unknown {
    return this.#transport.failure;
  }

  /** For how long the server has sent nothing that is waited for, in milliseconds. */
  get silence(): number {
    return since(this.#transport.readingSince);
  }

  /** For how long it has taken nothing of what is being written, in milliseconds. */
  get stall(): number {
    return since(this.#transport.writingSince);
  }

  /** Reads the next message; one of the connection itself has been answered already. */
  async read(): Promise<RtmpMessage | undefined> {
    const { value: message } = await this.#messages.read();
    if (message && !isMedia(message) && !isCommand(message)) {
      this.#control.receive(message);
      await this.writer.flush();
    }
    return message;
  }

  /** Queues a command that wants an answer, and returns its transaction id. */
  send(messageStreamId: number, name: string, ...values: unknown[]): number {
    const transactionId = ++this.#transactions;
    this.writer.send(writeCommand(messageStreamId, name, transactionId, ...values));
    return transactionId;
  }

  /** NetConnection.connect (RTMP 1.0, section 7.2.1.1), and what we want to be told. */
  async connect(action: string, commandObject: Record<string, unknown>): Promise<void> {
    const transactionId = this.send(0, "connect", commandObject);
    await this.waitFor(action, (message) => {
      readOnStatus(action, message);
      return readAnswer(action, message, transactionId, () => true);
    });
    this.writer.send(windowAcknowledgementSize(WINDOW_SIZE), setChunkSize(CHUNK_SIZE));
  }

  /** NetConnection.createStream (section 7.2.1.3): the id of a new message stream. */
  async createStream(action: string): Promise<number> {
    const transactionId = this.send(0, "createStream", null);
    const { args: [id] } = await this.waitFor(action, (message) => {
      readOnStatus(action, message);
      return readAnswer(action, message, transactionId, hasNumber);
    });
    if (typeof id === "number") return id;
    throw new RtmpCommandError(`Cannot ${action}`, {
      read: "an answer to createStream without a number",
      expected: "the id of a message stream",
    });
  }

  /**
   * Reads until `find` has found what it looks for.
   *
   * @param action What is being done, for the messages of errors.
   */
  async waitFor<T>(
    action: string,
    find: (message: RtmpMessage) => T | undefined,
  ): Promise<T> {
    try {
      return await patiently(action, this.#waitFor(action, find), this.patience);
    } catch (error) {
      throw whileDoing(action, error);
    }
  }

  async #waitFor<T>(action: string, find: (message: RtmpMessage) => T | undefined): Promise<T> {
    await this.writer.flush();
    while (true) {
      const message = await this.read();
      if (!message) throw this.lost(action);
      const found = find(message);
      if (found !== undefined) return found;
    }
  }

  /** The error of a lost connection. */
  lost(action: string): RtmpError {
    return new RtmpError(`Cannot ${action}`, {
      read: "the end of the connection",
      cause: this.failure ?? this.writer.failure,
    });
  }

  /** Says that nothing more comes. */
  async closeWrite(): Promise<void> {
    await this.#transport.closeWrite();
  }

  /**
   * Writes what is still to be written, reads nothing more, and waits for the server to close its
   * side: at most this many milliseconds for each.
   */
  async closeGently(patience: number): Promise<void> {
    await whileActive(this.writer.flush(), patience, () => this.stall);
    await this.#messages.cancel().catch(() => {});
    await this.#transport.closeGently(patience);
  }

  /** Closes the connection at once. */
  close(): void {
    this.#transport.close();
  }
}

function since(time: number | undefined): number {
  return time === undefined ? 0 : performance.now() - time;
}

function hasNumber({ args }: Command): boolean {
  return typeof args[0] === "number";
}
