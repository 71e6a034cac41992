/**
 * A client's publication: a sink for tags.
 *
 * @module
 */

import { RtmpError, RtmpTimeoutError } from "../../errors.ts";
import { checkTag, type FlvTag } from "../../flv/flv_tag.ts";
import { writeCommand } from "../../message/command.ts";
import { ClientShutdown } from "./shutdown.ts";
import { ClientUnpublish } from "./unpublish.ts";
import type { ClientSession } from "./client_session.ts";
import { withDeadline } from "../../time/deadline.ts";
import { IdleWatch } from "../../time/idle.ts";
import { readAnswer, readOnStatus } from "./read_status.ts";
import { StatusCode } from "../status.ts";
import { toMessage } from "./tag_message.ts";
import { withAction } from "./with_action.ts";

/** Bytes of payload from which a separate write costs little. */
const SMALL_PAYLOAD = 8 * 1024;

/** The stream to publish. */
export interface PublishRequest {
  /** The server and the app, for the messages of errors: "example.com:1935/live". */
  hostAndApp: string;
  /** The stream's name with its query. */
  streamName: string;
  /** The mode (section 7.2.2.6): `record` and `append` ask the server to record it. */
  type: "live" | "record" | "append";
}

/** A stream that is being published. */
export class ClientPublication {
  /** The sink for the tags. */
  readonly writable: WritableStream<FlvTag>;
  /** Resolves when the server has received everything, otherwise rejects with the error. */
  readonly closed: Promise<void>;
  readonly #session: ClientSession;
  readonly #request: PublishRequest;
  readonly #messageStreamId: number;
  readonly #shutdown: ClientShutdown;
  readonly #unpublish: ClientUnpublish;
  /** Settles when the server has closed its side. */
  readonly #serverClosed: Promise<void>;
  #controller!: WritableStreamDefaultController;
  /** The number of tags written to the sink, including queued ones. */
  #queued = 0;
  /** The number of tags that were sent. */
  #sent = 0;
  /** The number of tags written before the publication was closed; later ones are rejected. */
  #queuedAtClose = Infinity;
  /** Resolves when the last of them has been sent, or the publication has failed. */
  readonly #written: Promise<void>;
  #resolveWritten!: () => void;

  /** Only {@linkcode startPublishing} calls this. */
  constructor(session: ClientSession, request: PublishRequest, messageStreamId: number) {
    this.#session = session;
    this.#request = request;
    this.#messageStreamId = messageStreamId;
    this.#unpublish = new ClientUnpublish(session, `finish publishing to ${request.hostAndApp}`);
    this.#shutdown = new ClientShutdown(session, (error) => {
      // A sink that is being aborted errors by itself; an error here would make `abort` reject.
      if (!this.#controller.signal.aborted) this.#controller.error(error);
    });
    this.closed = this.#shutdown.closed;
    this.#written = new Promise((resolve) => this.#resolveWritten = resolve);
    this.closed.catch(() => this.#resolveWritten());
    this.writable = new WritableStream({
      start: (controller) => {
        this.#controller = controller;
        // `abort` below would be called only after a write that may never end.
        controller.signal.addEventListener(
          "abort",
          () => this.#shutdown.fail(controller.signal.reason),
        );
      },
      write: (tag) => this.#sendNext(tag),
      close: async () => {
        this.#resolveWritten();
        await this.#finish();
        await this.closed;
      },
    }, {
      // Called when a tag is written, before it is dequeued.
      size: () => {
        this.#queued++;
        return 1;
      },
    });
    const watch = new IdleWatch(
      session.timeouts.idleTimeout,
      () => this.#shutdown.started ? 0 : session.writeWait,
      () => this.#shutdown.fail(this.#stallError()),
    );
    this.closed.finally(() => watch.stop()).catch(() => {});
    this.#serverClosed = this.#readReplies();
  }

  /** Ends the publication as {@linkcode RtmpPublisher.close} does. */
  async close(): Promise<void> {
    this.#queuedAtClose = Math.min(this.#queuedAtClose, this.#queued);
    if (this.#sent >= this.#queuedAtClose) this.#resolveWritten();
    await this.#finish();
    this.#controller.error(closedError());
    await this.closed;
  }

  /** Closes a publication that has not failed; a failure has been reported already. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#shutdown.failed) await this.close();
  }

  /**
   * Ends the publication (section 7.2.2.3). `FCUnpublish` is not in the specification, but servers
   * wait for it.
   */
  #finish(): Promise<void> {
    return this.#shutdown.finish(() =>
      this.#unpublish.run(
        this.#written,
        this.#serverClosed,
        writeCommand(0, "FCUnpublish", 0, null, this.#request.streamName),
        writeCommand(0, "deleteStream", 0, null, this.#messageStreamId),
      )
    );
  }

  /** Sends a tag, if it was written before the publication was closed. */
  async #sendNext(tag: FlvTag): Promise<void> {
    if (this.#sent >= this.#queuedAtClose) throw closedError();
    await this.#write(tag);
    this.#sent++;
    if (this.#sent >= this.#queuedAtClose) this.#resolveWritten();
  }

  /**
   * Resolves when the tag has been written to the socket. Small tags may be queued, up to the bound
   * of the writer, to be combined into one write.
   */
  async #write(given: FlvTag): Promise<void> {
    const { writer } = this.#session;
    let tag: FlvTag;
    try {
      tag = checkTag(given);
      writer.send(toMessage(tag, this.#messageStreamId));
    } catch (error) {
      this.#shutdown.fail(error);
      throw error;
    }
    await (tag.data.length < SMALL_PAYLOAD ? writer.flushIfFull() : writer.flush());
    if (writer.failure !== undefined) await this.#explainFailure();
  }

  /** Waits for the server's own reason, which is better than that the connection was closed. */
  async #explainFailure(): Promise<void> {
    try {
      await withDeadline(this.#action, this.closed, this.#session.timeouts);
    } catch (error) {
      this.#shutdown.fail(error);
      throw error;
    }
  }

  /** Reads the server's messages until it closes its side, so that it is never blocked. */
  async #readReplies(): Promise<void> {
    try {
      for (
        let message = await this.#session.read();
        message;
        message = await this.#session.read()
      ) {
        this.#unpublish.receive(message, readOnStatus(this.#action, message));
      }
      if (!this.#shutdown.started || this.#session.failure !== undefined) {
        throw this.#session.connectionLost(this.#action);
      }
      await this.#unpublish.end();
    } catch (error) {
      const reason = withAction(this.#action, error);
      if (!this.#shutdown.started) this.#shutdown.fail(reason);
      await this.#unpublish.end(reason);
    }
  }

  #stallError(): RtmpTimeoutError {
    return new RtmpTimeoutError(`Cannot ${this.#action}`, {
      read: `nothing for ${this.#session.timeouts.idleTimeout / 1000} s`,
      expected: "the server to take what is sent",
    });
  }

  get #action(): string {
    return `go on publishing to ${this.#request.hostAndApp}`;
  }
}

/**
 * Starts a publication on a connected server.
 *
 * `releaseStream` and `FCPublish` are not in the specification. Old servers require them; not all
 * respond, so the client does not wait for that.
 *
 * @throws {RtmpCommandError} If the server refuses.
 * @throws {RtmpTimeoutError} If it does not answer.
 */
export async function startPublishing(
  session: ClientSession,
  request: PublishRequest,
): Promise<ClientPublication> {
  const { hostAndApp, streamName, type } = request;
  const action = `publish to ${hostAndApp}`;
  session.send(0, "releaseStream", null, streamName);
  session.send(0, "FCPublish", null, streamName);
  const messageStreamId = await session.createStream(action);
  const transactionId = session.send(messageStreamId, "publish", null, streamName, type);
  await session.waitFor(action, (message) => {
    readAnswer(action, message, transactionId);
    return readOnStatus(action, message)?.code === StatusCode.PublishStart || undefined;
  });
  return new ClientPublication(session, request, messageStreamId);
}

function closedError(): RtmpError {
  return new RtmpError("Cannot write to a publication that has been closed");
}
