/**
 * The graceful end of a client's publication, after the server has received everything.
 *
 * @module
 */

import { RtmpTimeoutError } from "../../errors.ts";
import { readUserControl, userControl, UserControlEvent } from "../../message/control.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { ClientSession } from "./client_session.ts";
import { whileActive } from "../../time/idle.ts";
import type { Status } from "./read_status.ts";
import { StatusCode } from "../status.ts";
import { waitedSince } from "../../time/standstill.ts";

/** The value of the last ping, by which its response is recognized: an arbitrary one. */
const PING = 0x736c7563;

/**
 * How long to wait for a confirmation before the sending side is closed, in milliseconds. Some
 * servers respond to neither `deleteStream` nor a ping, and wait for that. But a proxy may then
 * close both directions, and lose unsent bytes.
 */
const CONFIRMATION_TIMEOUT = 1_000;

/** How long a server that has received everything may take to close its side, in milliseconds. */
const SERVER_CLOSE_TIMEOUT = 2_000;

/** The delay between the end of file and the reset of a server that left bytes unread, in ms. */
const RESET_DELAY = 50;

/**
 * Ends a publication and waits until the server has received everything. Servers read messages in
 * order, so each of these confirms everything before it: the answer to a ping that follows the last
 * tag, `NetStream.Unpublish.Success`, and the end of a connection that is not reset.
 *
 * Closing the socket earlier loses tags: the kernel keeps sending, but stops as soon as the server
 * sends anything, even an acknowledgement.
 */
export class ClientUnpublish {
  readonly #session: ClientSession;
  readonly #action: string;
  /** Resolves when the server has received everything, otherwise rejects with the error. */
  readonly #confirmed: Promise<void>;
  #confirm!: () => void;
  #reject!: (reason: unknown) => void;
  /** Whether the last messages are being sent. */
  #started = false;
  /** Whether everything has been written. */
  #written = false;
  #halfClosed = false;

  /** @param action What is being done, for the messages of errors. */
  constructor(session: ClientSession, action: string) {
    this.#session = session;
    this.#action = action;
    this.#confirmed = new Promise((resolve, reject) => {
      this.#confirm = resolve;
      this.#reject = reject;
    });
    // It may reject before a caller waits for it.
    this.#confirmed.catch(() => {});
  }

  /**
   * Writes the last messages and waits for the confirmation of the server.
   *
   * @param before Settles when all earlier messages have been sent.
   * @param serverClosed Settles when the server has closed its side.
   * @throws {RtmpTimeoutError} If the server neither reads nor sends anything for `closeTimeout`.
   * @throws {RtmpError} If it refuses, or the connection breaks.
   */
  async run(
    before: Promise<void>,
    serverClosed: Promise<void>,
    ...messages: RtmpMessage[]
  ): Promise<void> {
    const { writer, timeouts: { closeTimeout } } = this.#session;
    const silentFrom = performance.now();
    this.#started = true;
    const write = async () => {
      await before;
      writer.send(userControl(UserControlEvent.PingRequest, PING), ...messages);
      await writer.flush();
    };
    const wrote = await whileActive(
      Promise.race([write(), this.#confirmed]),
      closeTimeout,
      () => Math.min(this.#session.writeWait, this.#silenceSince(silentFrom)),
    );
    if (!wrote) throw this.#timeoutError("taken");
    if (writer.failure !== undefined) throw this.#session.connectionLost(this.#action);
    this.#written = true;
    await this.#waitForConfirmation();
    await this.#halfClose();
    await whileActive(
      serverClosed.catch(() => {}),
      SERVER_CLOSE_TIMEOUT,
      () => this.#silenceSince(0),
    );
  }

  /** Handles a message of the server, which may be the confirmation. */
  receive(message: RtmpMessage, status: Status | undefined): void {
    if (!this.#started) return;
    if (status?.code === StatusCode.UnpublishSuccess || isAnswer(message)) this.#confirm();
  }

  /** Called when the server has closed its side, or with the error that ended the connection. */
  async end(error?: unknown): Promise<void> {
    try {
      if (error !== undefined) throw error;
      await this.#checkReset();
      this.#confirm();
    } catch (reason) {
      this.#reject(reason);
    }
  }

  async #waitForConfirmation(): Promise<void> {
    const { closeTimeout } = this.#session.timeouts;
    const writtenAt = performance.now();
    const silence = () => this.#silenceSince(writtenAt);
    if (
      !await whileActive(this.#confirmed, Math.min(CONFIRMATION_TIMEOUT, closeTimeout), silence)
    ) {
      await this.#halfClose();
      if (!await whileActive(this.#confirmed, closeTimeout, silence)) {
        throw this.#timeoutError("answered");
      }
    }
  }

  /**
   * Checks that the server did not reset the connection, which means that it left bytes unread.
   * Some systems send the end of file first, then the reset. A write shows whether one has arrived.
   */
  async #checkReset(): Promise<void> {
    const { writer } = this.#session;
    if (!this.#written) throw this.#session.connectionLost(this.#action);
    if (this.#halfClosed) return;
    await new Promise((resolve) => setTimeout(resolve, RESET_DELAY));
    writer.send(userControl(UserControlEvent.PingRequest, PING));
    await writer.flush();
    if (writer.failure !== undefined) throw this.#session.connectionLost(this.#action);
  }

  async #halfClose(): Promise<void> {
    this.#halfClosed = true;
    await this.#session.closeWrite();
  }

  /** How long the server has sent nothing since a time, in milliseconds. */
  #silenceSince(from: number): number {
    return waitedSince(Math.max(this.#session.lastReceivedAt, from));
  }

  #timeoutError(done: string): RtmpTimeoutError {
    return new RtmpTimeoutError(`Cannot ${this.#action}`, {
      read: `nothing for ${this.#session.timeouts.closeTimeout / 1000} s`,
      expected: `the last of what was sent to be ${done}`,
    });
  }
}

/** Whether a message is the response to the last ping. */
function isAnswer(message: RtmpMessage): boolean {
  if (message.typeId !== MessageType.UserControl || message.payload.length < 6) return false;
  const { event, value } = readUserControl(message);
  return event === UserControlEvent.PingResponse && value === PING;
}
