/**
 * Playing, as a client: a stream that tags are read from.
 *
 * @module
 */

import { startsWith } from "@std/bytes";
import { encodeAmf0 } from "../amf/encode_amf0.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { FlvTagDecoder } from "../flv/tag_stream.ts";
import { writeCommand } from "../message/command.ts";
import { readUserControl, userControl, UserControlEvent } from "../message/control.ts";
import { MessageType, type RtmpMessage } from "../message/message.ts";
import { ClientEnd } from "./client_end.ts";
import { type ClientSession, isMedia } from "./client_session.ts";
import { readAnswer, readOnStatus } from "./read_status.ts";
import { StatusCode } from "./status.ts";

/** What we say that we buffer, in milliseconds. Servers send recordings ahead by so much. */
const BUFFER_LENGTH = 3_000;

/** How long to wait for the server to go first, in milliseconds: nothing is lost if it does not. */
const GOODBYE_PATIENCE = 2_000;

/** Data messages of the server to its player, which are no part of what is played. */
const SERVER_DATA: readonly Uint8Array[] = ["|RtmpSampleAccess", "onStatus"].map((name) =>
  encodeAmf0(name)
);

/** What a server says when nothing more comes. */
const END_CODES: readonly string[] = [
  StatusCode.PlayUnpublishNotify,
  StatusCode.PlayStop,
  "NetStream.Play.Complete",
];

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
  /** Resolves at an orderly end, rejects with the error otherwise. */
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
    this.readable = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#finish(),
    }, { highWaterMark: 0 });
  }

  /** Ends the playback in an orderly way. It does not throw: `closed` tells how it went. */
  async close(): Promise<void> {
    if (!this.#end.begun) this.#controller.close();
    await this.#finish();
  }

  /** Section 7.2.2.3. */
  #finish(): Promise<void> {
    return this.#end.finish(
      `finish playing from ${this.#request.place}`,
      GOODBYE_PATIENCE,
      writeCommand(0, "deleteStream", 0, null, this.#messageStreamId),
    );
  }

  /** Reads on until there is a tag. Nobody reads the socket unless somebody reads the tags. */
  async #pull(): Promise<void> {
    try {
      for (let found = false; !found && !this.#end.begun;) {
        const message = this.#first ?? await this.#session.read();
        this.#first = undefined;
        if (this.#end.begun) return;
        if (!message && this.#session.failure !== undefined) throw this.#session.lost(this.#goOn);
        if (!message || this.#isEnd(message)) return void this.close();
        if (isServerData(message)) continue;
        this.#decoder.decode(message, (tag) => {
          found = true;
          this.#controller.enqueue(tag);
        });
      }
    } catch (error) {
      if (!this.#end.begun) this.#end.fail(error);
    }
  }

  #isEnd(message: RtmpMessage): boolean {
    if (message.typeId === MessageType.UserControl) {
      return isStreamEof(message, this.#messageStreamId);
    }
    const status = readOnStatus(this.#goOn, message);
    return status !== undefined && END_CODES.includes(status.code);
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

/** Section 7.1.7: "no more data is sent without issuing additional commands". */
function isStreamEof(message: RtmpMessage, messageStreamId: number): boolean {
  if (message.payload.length < 6) return false;
  const { event, value } = readUserControl(message);
  return event === UserControlEvent.StreamEof && value === messageStreamId;
}

function isServerData({ typeId, payload }: RtmpMessage): boolean {
  return typeId === MessageType.DataAmf0 && SERVER_DATA.some((name) => startsWith(payload, name));
}
