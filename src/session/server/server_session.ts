/**
 * The server's side of a session, from the end of the handshake to the end of the connection.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { RtmpError } from "../../errors.ts";
import { isCommand, writeCommand } from "../../message/command.ts";
import { isMedia, type RtmpMessage } from "../../message/message.ts";
import { RtmpMessageDecoderStream } from "../../message/message_decoder_stream.ts";
import { SinkStream } from "../../pipeline/sink_stream.ts";
import type { PublicationEnd } from "../../publication/publication.ts";
import { TURNS } from "../../time/turns.ts";
import { CapsEx } from "../capabilities.ts";
import { onStatus, StatusCode } from "../status.ts";
import { CommandLayer } from "./command_layer.ts";
import { Conversation, type ServerSessionOptions } from "./conversation.ts";
import { MediaLayer } from "./media_layer.ts";

/**
 * What a command or a control message costs, as the bytes of media that cost as much to deal with.
 */
const CONVERSATION_COST = 16 * 1024;

/** The same for the end of a message stream. */
const END_COST = 8 * 1024;

/** How a connection ended: an error, or nothing if the peer disconnected without one. */
export interface SessionEnd {
  /** What ended it. */
  error?: unknown;
}

/**
 * Leads the conversation with one peer: answers control and command messages and passes media on.
 * The next message is taken when the last one has been dealt with, so that a consumer of a
 * publication holds its publisher back.
 */
export class ServerSession {
  readonly #conversation: Conversation;
  readonly #commands: CommandLayer;
  readonly #media: MediaLayer;
  readonly #messages: RtmpMessageDecoderStream;
  /** What the peer has been told, when this side ends everything. */
  #announced: PublicationEnd | undefined;
  #inactiveSince = performance.now();

  constructor(options: ServerSessionOptions) {
    const { counts, onMemory } = options;
    this.#messages = new RtmpMessageDecoderStream({ counts, ...onMemory && { onMemory } });
    this.#conversation = new Conversation(options);
    this.#commands = new CommandLayer(this.#conversation);
    this.#media = new MediaLayer(this.#conversation);
  }

  /** Whether something is published or played. */
  get isActive(): boolean {
    return this.#conversation.streams.isActive;
  }

  /** For how long nothing has been published or played, in milliseconds. */
  get inactivity(): number {
    if (this.isActive) this.#inactiveSince = performance.now();
    return performance.now() - this.#inactiveSince;
  }

  /** Whether the peer watches, and so has nothing to send by itself. */
  get watches(): boolean {
    return this.#conversation.streams.watches;
  }

  /** Whether the peer has paused all that it plays, and so may read nothing for a long time. */
  get isPaused(): boolean {
    return this.#conversation.streams.isPaused;
  }

  /** Whether the peer has announced that it follows a request to reconnect. */
  get canReconnect(): boolean {
    return ((this.#conversation.peer?.capabilities.capsEx ?? 0) & CapsEx.Reconnect) !== 0;
  }

  /** Leads the conversation to its end. It does not throw; what went wrong is what it returns. */
  async run(): Promise<SessionEnd> {
    const { transport, chunks, writer, streams } = this.#conversation;
    let error: unknown;
    try {
      await transport.readable
        .pipeThrough(chunks)
        .pipeThrough(this.#messages)
        .pipeTo(new SinkStream({ write: (message) => this.#take(message) }));
    } catch (thrown) {
      error = thrown;
      if (thrown instanceof RtmpError) this.#complain(thrown);
    }
    transport.cancel();
    writer.window.lift();
    // Hundreds of connections may end at once, each with many publications.
    TURNS.begin();
    const turn = TURNS.take(END_COST * streams.all.length);
    if (turn) await turn;
    const reason = this.#conversation.endReason ??
      (error === undefined && this.#announced || endReason(error));
    for (const stream of streams.all) stream.disconnect(reason);
    await writer.flush();
    return error === undefined ? {} : { error };
  }

  /** Asks the peer to show that it is there. */
  ping(): void {
    this.#conversation.control.ping();
    void this.#conversation.writer.flush();
  }

  /**
   * Asks the peer to reconnect, and serves it until it does (Enhanced RTMP v2, "Reconnect Request").
   *
   * @param tcUrl Where to: absolute, or relative to the URL it has used; the same if not given.
   */
  requestReconnect(description: string, tcUrl?: string): void {
    const info = { level: "status", code: StatusCode.ReconnectRequest, description };
    this.#conversation.writer.send(
      writeCommand(0, "onStatus", 0, null, tcUrl ? { ...info, tcUrl } : info),
    );
    void this.#conversation.writer.flush();
  }

  /** Tells the peer once that everything ends, and why. The session keeps reading what it sends. */
  announceEnd(code: string, description: string): void {
    if (this.#announced) return;
    this.#announced = { reason: "closed", description };
    for (const stream of this.#conversation.streams.all) stream.drain();
    this.#conversation.writer.send(onStatus(0, "error", code, description));
    for (const stream of this.#conversation.streams.all) {
      if (stream.active) {
        this.#conversation.writer.send(onStatus(stream.id, "error", code, description));
      }
    }
    void this.#conversation.writer.flush();
  }

  /** Ends everything on the connection, telling the peer why. */
  async close(code: string, description: string): Promise<void> {
    const conversation = this.#conversation;
    this.announceEnd(code, description);
    const reason = conversation.endReason ??= this.#announced!;
    conversation.questions.abandon();
    // `run` does the same, but it may be waiting for an application that waits for this end.
    for (const stream of conversation.streams.all) stream.disconnect(reason);
    await conversation.stop();
  }

  /** Tells publishers why the connection ends: without a reason, encoders retry indefinitely. */
  #complain({ message }: RtmpError): void {
    for (const { id } of this.#conversation.streams.all) {
      this.#conversation.writer.send(onStatus(id, "error", StatusCode.Failed, message));
    }
  }

  /** Deals with a message when there is time for it. */
  #take(message: RtmpMessage): Promise<void> | undefined {
    if (this.#conversation.isOver) return undefined;
    const turn = TURNS.take(isMedia(message) ? message.payload.length : CONVERSATION_COST);
    if (!turn) return this.#receive(message);
    return turn.then(() => this.#conversation.isOver ? undefined : this.#receive(message));
  }

  #receive(message: RtmpMessage): Promise<void> | undefined {
    return isMedia(message) ? this.#media.receive(message) : this.#converse(message);
  }

  async #converse(message: RtmpMessage): Promise<void> {
    if (isCommand(message)) await this.#commands.receive(message);
    else this.#conversation.control.receive(message);
    await this.#conversation.writer.relieve();
  }
}

function endReason(error: unknown): PublicationEnd {
  if (error === undefined) {
    return { reason: "disconnected", description: "The publisher closed the connection" };
  }
  const description = errorMessage(error);
  return { reason: "failed", description, error };
}
