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
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import { RtmpMessageDecoderStream } from "../../message/message_decoder_stream.ts";
import { ControlLayer } from "../control_layer.ts";
import { type Deadline, withDeadline } from "../../time/deadline.ts";
import { whileActive } from "../../time/idle.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { type ByteWriter, MessageWriter } from "../message_writer.ts";
import { readAnswer, readOnStatus } from "./read_status.ts";
import { waitedSince } from "../../time/standstill.ts";
import { withAction } from "./with_action.ts";

/**
 * The window acknowledgement size sent to the server. Acknowledgements show that a slow server is
 * alive: at 1 Mbit/s, one arrives each second.
 */
const WINDOW_SIZE = 128 * 1024;

/** Payload bytes of sent chunks: enough for most frames, and accepted by all servers. */
const CHUNK_SIZE = 65_536;

/** The connection below a session. */
export interface Transport extends ByteWriter {
  /** The bytes that the server sends. The stream ends with the connection. */
  readonly readable: ReadableStream<Uint8Array>;
  /** The error that ended the connection, if there was one. */
  readonly failure: unknown;
  /** When the current read began to wait for the server, by `performance.now()`. */
  readonly readingSince: number | undefined;
  /** When the current write began to wait for the server, by `performance.now()`. */
  readonly writingSince: number | undefined;
  /** Closes the sending side. */
  closeWrite(): Promise<void>;
  /**
   * Closes the sending side, and waits for the server to close its own, at most `timeout`
   * milliseconds.
   */
  linger(timeout: number): Promise<void>;
  /** Closes the connection at once. */
  close(): void;
}

/** The time limits of a client, in milliseconds. */
export interface ClientTimeouts extends Deadline {
  /** How long the server may read nothing of a publication, or send nothing of a playback. */
  idleTimeout: number;
  /** How long the server may neither read nor send at the end. */
  closeTimeout: number;
}

/**
 * A session with one server. It reads only while the caller waits for a message: a caller that does
 * not read holds the server back.
 */
export class ClientSession {
  /** The writer of messages to the server. */
  readonly writer: MessageWriter;
  /** The time limits, and the signal that ends the session. */
  readonly timeouts: ClientTimeouts;
  readonly #transport: Transport;
  readonly #control: ControlLayer;
  readonly #messages: ReadableStreamDefaultReader<RtmpMessage>;
  #transactions = 0;
  /** When the last byte of the server was received, by `performance.now()`. */
  lastReceivedAt = performance.now();

  constructor(transport: Transport, timeouts: ClientTimeouts) {
    const counts = new ReceivedCounts();
    this.timeouts = timeouts;
    this.#transport = transport;
    this.writer = new MessageWriter(transport);
    this.#control = new ControlLayer(this.writer, counts, WINDOW_SIZE, WINDOW_SIZE);
    const { maxMessageSize, maxChunkStreams, maxPartialBytes } = DEFAULT_LIMITS;
    const chunks = new RtmpChunkDecoderStream({
      ...{ maxMessageSize, maxChunkStreams, maxPartialBytes, counts },
      coalesce: true,
      onBytes: (bytes) => {
        this.lastReceivedAt = performance.now();
        this.#control.received(bytes);
      },
    });
    this.#messages = transport.readable
      .pipeThrough(chunks)
      .pipeThrough(new RtmpMessageDecoderStream({ counts }))
      .getReader();
  }

  /** The error that ended the connection, if there was one. */
  get failure(): unknown {
    return this.#transport.failure;
  }

  /** How long the current read has waited for the server, in milliseconds. */
  get readWait(): number {
    return since(this.#transport.readingSince);
  }

  /** How long the current write has waited for the server, in milliseconds. */
  get writeWait(): number {
    return since(this.#transport.writingSince);
  }

  /** Reads the next message. Control messages are answered before it returns. */
  async read(): Promise<RtmpMessage | undefined> {
    const { value: message } = await this.#messages.read();
    if (message && !isMedia(message) && !isCommand(message)) {
      this.#control.receive(message);
      await this.writer.flush();
    }
    return message;
  }

  /** Queues a command that expects a response, and returns its transaction id. */
  send(messageStreamId: number, name: string, ...values: unknown[]): number {
    const transactionId = ++this.#transactions;
    this.writer.send(writeCommand(messageStreamId, name, transactionId, ...values));
    return transactionId;
  }

  /**
   * Sends NetConnection.connect (RTMP 1.0, section 7.2.1.1), then the window and the chunk size.
   */
  async connect(action: string, commandObject: Record<string, unknown>): Promise<void> {
    const transactionId = this.send(0, "connect", commandObject);
    await this.waitFor(action, (message) => {
      readOnStatus(action, message);
      return readAnswer(action, message, transactionId, () => true);
    });
    this.writer.send(windowAcknowledgementSize(WINDOW_SIZE), setChunkSize(CHUNK_SIZE));
  }

  /**
   * Sends NetConnection.createStream (section 7.2.1.3). Returns the id of the new message stream.
   */
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
   * Reads messages until `find` returns a result.
   *
   * @param action What is being done, for the messages of errors.
   */
  async waitFor<T>(
    action: string,
    find: (message: RtmpMessage) => T | undefined,
  ): Promise<T> {
    try {
      return await withDeadline(action, this.#waitFor(action, find), this.timeouts);
    } catch (error) {
      throw withAction(action, error);
    }
  }

  async #waitFor<T>(action: string, find: (message: RtmpMessage) => T | undefined): Promise<T> {
    await this.writer.flush();
    while (true) {
      const message = await this.read();
      if (!message) throw this.connectionLost(action);
      const found = find(message);
      if (found !== undefined) return found;
    }
  }

  /** Makes the error for a lost connection. */
  connectionLost(action: string): RtmpError {
    return new RtmpError(`Cannot ${action}`, {
      read: "the end of the connection",
      cause: this.failure ?? this.writer.failure,
    });
  }

  /** Closes the sending side. */
  async closeWrite(): Promise<void> {
    await this.#transport.closeWrite();
  }

  /**
   * Writes all queued messages, stops reading, and waits for the server to close its side: at most
   * `timeout` milliseconds for each.
   */
  async linger(timeout: number): Promise<void> {
    await whileActive(this.writer.flush(), timeout, () => this.writeWait);
    await this.#messages.cancel().catch(() => {});
    await this.#transport.linger(timeout);
  }

  /** Closes the connection at once. */
  close(): void {
    this.#transport.close();
  }
}

function since(time: number | undefined): number {
  return time === undefined ? 0 : waitedSince(time);
}

function hasNumber({ args }: Command): boolean {
  return typeof args[0] === "number";
}

/** Whether a message is audio, video or data, or an aggregate of these. */
export function isMedia({ typeId }: RtmpMessage): boolean {
  return typeId === MessageType.Audio || typeId === MessageType.Video ||
    typeId === MessageType.DataAmf0 || typeId === MessageType.DataAmf3 ||
    typeId === MessageType.Aggregate;
}
