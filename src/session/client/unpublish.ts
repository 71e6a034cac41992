/**
 * The end of a publication, as its client brings it about: not before the server has everything.
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

/** What the last ping says, so that its answer is known: 32 bits like any others. */
const PING = 0x736c7563;

/**
 * How long to wait for a word of the server before it is told that nothing more comes, in
 * milliseconds. Servers that answer neither goodbye nor ping wait for just that; a proxy that is told
 * so may close both directions, and lose what is on its way.
 */
const CONFIRMATION_TIMEOUT = 1_000;

/** How long a server that has everything may take to close its side, in milliseconds. */
const SERVER_CLOSE_TIMEOUT = 2_000;

/** How long after its end of file the reset of a server arrives that left bytes unread, in ms. */
const RESET_DELAY = 50;

/**
 * Ends a publication and waits until the server has received everything. Servers read messages in
 * order, so each of these confirms everything before it: the answer to a ping that follows the last
 * tag, `NetStream.Unpublish.Success`, and the end of a connection that is not reset.
 *
 * Closing a socket sooner loses tags: its system keeps sending, but gives up as soon as the
 * server sends anything, even an acknowledgement.
 */
export class ClientUnpublish {
  readonly #session: ClientSession;
  readonly #action: string;
  /** Resolves when the server has everything, rejects with what came between. */
  readonly #confirmed: Promise<void>;
  #confirm!: () => void;
  #reject!: (reason: unknown) => void;
  /** The goodbye is being said. */
  #started = false;
  /** Everything has been written. */
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
    // It may reject before it is waited for.
    this.#confirmed.catch(() => {});
  }

  /**
   * Writes the last messages and waits for the server.
   *
   * @param before Settles when everything has been sent that comes before them.
   * @param over Settles when the server has closed its side.
   * @throws {RtmpTimeoutError} If the server neither takes nor says anything for `closeTimeout`.
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

  /** Looks at what the server says meanwhile. */
  receive(message: RtmpMessage, status: Status | undefined): void {
    if (!this.#started) return;
    if (status?.code === StatusCode.UnpublishSuccess || isAnswer(message)) this.#confirm();
  }

  /** The server has said its last word: an error, or nothing when its side is just closed. */
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
   * Some systems send the end of file first, then the reset that says that not all was read. A reset
   * that has come shows when something is written.
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

  /** For how long the server has said nothing, in milliseconds, from a time on. */
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

/** Whether a message answers the last ping. */
function isAnswer(message: RtmpMessage): boolean {
  if (message.typeId !== MessageType.UserControl || message.payload.length < 6) return false;
  const { event, value } = readUserControl(message);
  return event === UserControlEvent.PingResponse && value === PING;
}
