/**
 * The client's side of a connection, from behind the handshake to its end.
 *
 * @module
 */

import { RtmpCommandError, RtmpError } from "../errors.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { type Command, isCommand, writeCommand } from "../message/command.ts";
import { setChunkSize, windowAcknowledgementSize } from "../message/control.ts";
import { MessageType, type RtmpMessage } from "../message/message.ts";
import { ControlLayer } from "./control_layer.ts";
import { type Patience, patiently } from "./deadline.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { type ByteReader, MessageReader } from "./message_reader.ts";
import { type ByteWriter, MessageWriter } from "./message_writer.ts";
import { readAnswer, readOnStatus } from "./read_status.ts";

/** Bytes after which we ask for an acknowledgement: as most clients. */
const WINDOW_SIZE = 2_500_000;

/** Payload bytes in the chunks we send: enough for most frames, and no server minds. */
const CHUNK_SIZE = 65_536;

/** The connection below a session. */
export interface Transport extends ByteReader, ByteWriter {
  /** The error that ended the connection, if it did not just end. */
  readonly failure: unknown;
  /** Says that nothing more comes and waits, so many milliseconds at most, for the server to go. */
  closeGently(patience: number): Promise<void>;
  /** Closes the connection at once. */
  close(): void;
}

/**
 * Leads the conversation with one server. It reads when somebody waits for a message, and only
 * then: whoever does not read holds the server back.
 */
export class ClientSession {
  /** What goes to the server. */
  readonly writer: MessageWriter;
  /** How long each answer is waited for, and what ends it all. */
  readonly patience: Patience;
  readonly #transport: Transport;
  readonly #control: ControlLayer;
  readonly #messages: MessageReader;
  #transactions = 0;

  constructor(transport: Transport, patience: Patience) {
    const counts = new ReceivedCounts();
    this.patience = patience;
    this.#transport = transport;
    this.writer = new MessageWriter(transport);
    this.#control = new ControlLayer(this.writer, counts, WINDOW_SIZE);
    this.#messages = new MessageReader(transport, {
      ...DEFAULT_LIMITS,
      counts,
      onBytes: (bytes) => this.#control.received(bytes),
    });
  }

  /** The error that ended the connection, if it did not just end. */
  get failure(): unknown {
    return this.#transport.failure;
  }

  /** Reads the next message; one of the connection itself has been answered already. */
  async read(): Promise<RtmpMessage | undefined> {
    let message = this.#messages.take();
    while (!message && await this.#messages.more()) message = this.#messages.take();
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
    return await patiently(action, this.#waitFor(action, find), this.patience);
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

  /** The error that the connection is gone. */
  lost(action: string): RtmpError {
    return new RtmpError(`Cannot ${action}`, {
      read: "the end of the connection",
      cause: this.failure ?? this.writer.failure,
    });
  }

  /**
   * Sends what is still to be sent and closes the connection in an orderly way.
   *
   * @param goodbye How long to wait for the server to go first, in milliseconds.
   * @throws {RtmpError} If the server does not take what is still to be sent.
   */
  async closeGently(action: string, goodbye: number): Promise<void> {
    await patiently(action, this.writer.flush(), this.patience);
    if (this.writer.failure !== undefined) throw this.lost(action);
    await this.#messages.cancel().catch(() => {});
    await this.#transport.closeGently(goodbye);
  }

  /** Closes the connection at once. */
  close(): void {
    this.#transport.close();
  }
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
