/**
 * Playing, as a client: a stream that tags are read from.
 *
 * @module
 */

import { RtmpTimeoutError } from "../../errors.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { FlvTagDecoder } from "../../flv/tag_stream.ts";
import { writeCommand } from "../../message/command.ts";
import { userControl, UserControlEvent } from "../../message/control.ts";
import { isMedia, type RtmpMessage } from "../../message/message.ts";
import { ClientEnd } from "./end.ts";
import type { ClientSession } from "./client_session.ts";
import { IdleWatch } from "../../time/idle.ts";
import { isServerData, isStreamEnd } from "./play_end.ts";
import { readAnswer, readOnStatus } from "./read_status.ts";
import { StatusCode } from "../status.ts";
import { whileDoing } from "./while_doing.ts";

/** What we say that we buffer, in milliseconds. Servers send recordings ahead by that much. */
const BUFFER_LENGTH = 3_000;

/** What to play. */
export interface PlayRequest {
  /** Where from, for the messages of errors: "example.com:1935/live". */
  place: string;
  /** The stream's name with its query. */
  streamName: string;
  /** Where to begin (section 7.2.2.1), in milliseconds; -2000: live, or else from the beginning. */
  start: number;
}

/** A stream that is being played. */
export class ClientPlayback {
  /** Gives the tags. */
  readonly readable: ReadableStream<FlvTag>;
  /** Resolves when the stream has ended or was closed here, rejects with the error otherwise. */
  readonly closed: Promise<void>;
  readonly #session: ClientSession;
  readonly #request: PlayRequest;
  readonly #messageStreamId: number;
  readonly #end: ClientEnd;
  readonly #decoder = new FlvTagDecoder();
  #controller!: ReadableStreamDefaultController<FlvTag>;
  #first: RtmpMessage | undefined;

  /**
   * {@linkcode playOn} makes these.
   *
   * @param first The message that came instead of a word that playing begins.
   */
  constructor(
    session: ClientSession,
    request: PlayRequest,
    messageStreamId: number,
    first: RtmpMessage | undefined,
  ) {
    this.#session = session;
    this.#request = request;
    this.#messageStreamId = messageStreamId;
    this.#first = first;
    this.#end = new ClientEnd(session, (error) => this.#controller.error(error));
    this.closed = this.#end.closed;
    const watch = new IdleWatch(
      session.patience.idleTimeout,
      () => session.silence,
      () => this.#end.fail(this.#idled()),
    );
    this.closed.finally(() => watch.stop()).catch(() => {});
    this.readable = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#finish(),
    }, { highWaterMark: 0 });
  }

  /** Ends the playback as {@linkcode RtmpPlayer.close} does. */
  async close(): Promise<void> {
    if (!this.#end.begun) this.#controller.close();
    await this.#finish();
  }

  /** Closes the playback. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Section 7.2.2.3. */
  #finish(): Promise<void> {
    const { writer, patience } = this.#session;
    return this.#end.finish(async () => {
      writer.send(writeCommand(0, "deleteStream", 0, null, this.#messageStreamId));
      // Nothing is lost with a server that does not take it, or does not close its side.
      await this.#session.closeGently(patience.closeTimeout);
    });
  }

  /** Reads on until there is a tag. The socket is read only while the tags are. */
  async #pull(): Promise<void> {
    try {
      for (let found = false; !found && !this.#end.begun;) {
        const message = this.#first ?? await this.#session.read();
        this.#first = undefined;
        if (this.#end.begun) return;
        // Servers say so when a stream ends. One that just closes may have been killed.
        if (!message) throw this.#session.lost(this.#goOn);
        if (isStreamEnd(this.#goOn, message, this.#messageStreamId)) return void this.close();
        if (isServerData(message)) continue;
        this.#decoder.decode(message, (tag) => {
          found = true;
          this.#controller.enqueue(tag);
        });
      }
    } catch (error) {
      if (!this.#end.begun) this.#end.fail(whileDoing(this.#goOn, error));
    }
  }

  #idled(): RtmpTimeoutError {
    return new RtmpTimeoutError(`Cannot ${this.#goOn}`, {
      read: `nothing for ${this.#session.patience.idleTimeout / 1000} s`,
      expected: "bytes of the server",
    });
  }

  get #goOn(): string {
    return `go on playing from ${this.#request.place}`;
  }
}

/**
 * Asks a connected server for a stream.
 *
 * @throws {RtmpCommandError} If the server refuses.
 * @throws {RtmpTimeoutError} If it does not answer.
 */
export async function playOn(
  session: ClientSession,
  request: PlayRequest,
): Promise<ClientPlayback> {
  const { place, streamName, start } = request;
  const action = `play from ${place}`;
  const messageStreamId = await session.createStream(action);
  session.writer.send(
    userControl(UserControlEvent.SetBufferLength, messageStreamId, BUFFER_LENGTH),
  );
  const transactionId = session.send(messageStreamId, "play", null, streamName, start);
  const begun = await session.waitFor(action, (message) => {
    readAnswer(action, message, transactionId);
    const hasBegun = readOnStatus(action, message)?.code === StatusCode.PlayStart;
    return hasBegun || isMedia(message) && !isServerData(message) ? message : undefined;
  });
  const first = isMedia(begun) ? begun : undefined;
  return new ClientPlayback(session, request, messageStreamId, first);
}
