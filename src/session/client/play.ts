/**
 * A client's playback: a stream of the server's tags.
 *
 * @module
 */

import { RtmpTimeoutError } from "../../errors.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { FlvTagDecoder } from "../../flv/tag_stream.ts";
import { writeCommand } from "../../message/command.ts";
import { userControl, UserControlEvent } from "../../message/control.ts";
import type { RtmpMessage } from "../../message/message.ts";
import { Outlet } from "../../pipeline/outlet.ts";
import { SourceStream } from "../../pipeline/source_stream.ts";
import { ClientShutdown } from "./shutdown.ts";
import { type ClientSession, isMedia } from "./client_session.ts";
import { IdleWatch } from "../../time/idle.ts";
import { isServerData, isStreamEnd } from "./play_end.ts";
import { readAnswer, readOnStatus } from "./read_status.ts";
import { StatusCode } from "../status.ts";
import { withAction } from "./with_action.ts";

/**
 * The buffer length sent to the server, in milliseconds. Servers send recordings ahead by that
 * much.
 */
const BUFFER_LENGTH = 3_000;

/** The stream to play. */
export interface PlayRequest {
  /** The server and the app, for the messages of errors: "example.com:1935/live". */
  hostAndApp: string;
  /** The stream's name with its query. */
  streamName: string;
  /** Where to begin (section 7.2.2.1), in milliseconds; -2000: live, or else from the beginning. */
  start: number;
}

/** A stream that is being played. */
export class ClientPlayback {
  /** The tags. */
  readonly readable: ReadableStream<FlvTag>;
  /**
   * Resolves when the stream has ended or the caller has closed it, otherwise rejects with the
   * error.
   */
  readonly closed: Promise<void>;
  readonly #session: ClientSession;
  readonly #request: PlayRequest;
  readonly #messageStreamId: number;
  readonly #shutdown: ClientShutdown;
  readonly #decoder = new FlvTagDecoder();
  readonly #outlet: Outlet<FlvTag>;
  #first: RtmpMessage | undefined;

  /**
   * Only {@linkcode startPlaying} calls this.
   *
   * @param first The first media message, if it arrived without a `NetStream.Play.Start`.
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
    this.#outlet = new Outlet({ wanted: () => this.#giveNext(), left: () => this.#finish() });
    this.readable = new SourceStream(this.#outlet);
    this.#shutdown = new ClientShutdown(session, (error) => this.#outlet.fail(error));
    this.closed = this.#shutdown.closed;
    const watch = new IdleWatch(
      session.timeouts.idleTimeout,
      () => session.readWait,
      () => this.#shutdown.fail(this.#idleError()),
    );
    this.closed.finally(() => watch.stop()).catch(() => {});
  }

  /** Ends the playback as {@linkcode RtmpPlayer.close} does. */
  async close(): Promise<void> {
    if (!this.#shutdown.started) this.#outlet.end();
    await this.#finish();
  }

  /** Closes the playback. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Sends `deleteStream` (section 7.2.2.3) and closes the connection. */
  #finish(): Promise<void> {
    const { writer, timeouts } = this.#session;
    return this.#shutdown.finish(async () => {
      writer.send(writeCommand(0, "deleteStream", 0, null, this.#messageStreamId));
      // No data is lost if the server does not read it, or does not close its side.
      await this.#session.linger(timeouts.closeTimeout);
    });
  }

  /** Gives the tags of the next message. The socket is read only while the tags are. */
  async #giveNext(): Promise<void> {
    try {
      const message = this.#first ?? await this.#session.read();
      this.#first = undefined;
      if (this.#shutdown.started) return;
      // Servers say so when a stream ends. One that just closes may have been killed.
      if (!message) throw this.#session.connectionLost(this.#action);
      if (isStreamEnd(this.#action, message, this.#messageStreamId)) return void this.close();
      const tags: FlvTag[] = [];
      if (!isServerData(message)) this.#decoder.decode(message, (tag) => tags.push(tag));
      this.#outlet.giveAll(tags);
    } catch (error) {
      if (!this.#shutdown.started) this.#shutdown.fail(withAction(this.#action, error));
    }
  }

  #idleError(): RtmpTimeoutError {
    return new RtmpTimeoutError(`Cannot ${this.#action}`, {
      read: `nothing for ${this.#session.timeouts.idleTimeout / 1000} s`,
      expected: "bytes of the server",
    });
  }

  get #action(): string {
    return `go on playing from ${this.#request.hostAndApp}`;
  }
}

/**
 * Requests a stream from a connected server.
 *
 * @throws {RtmpCommandError} If the server refuses.
 * @throws {RtmpTimeoutError} If it does not answer.
 */
export async function startPlaying(
  session: ClientSession,
  request: PlayRequest,
): Promise<ClientPlayback> {
  const { hostAndApp, streamName, start } = request;
  const action = `play from ${hostAndApp}`;
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
