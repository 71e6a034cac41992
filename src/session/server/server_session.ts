/**
 * The server's side of a session, from the end of the handshake to the end of the connection.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { RtmpError } from "../../errors.ts";
import { isCommand, writeCommand } from "../../message/command.ts";
import { carriesTag, MessageType, type RtmpMessage } from "../../message/message.ts";
import { RtmpMessageDecoderStream } from "../../message/message_decoder_stream.ts";
import { SinkStream } from "../../pipeline/sink_stream.ts";
import type { PublicationEnd } from "../../publication/publication.ts";
import { TIME_SLICE } from "../../time/time_slice.ts";
import { CapsEx } from "../capabilities.ts";
import { onStatus, StatusCode } from "../status.ts";
import { CommandLayer } from "./command_layer.ts";
import { Conversation, type ServerSessionOptions } from "./conversation.ts";
import { MediaLayer } from "./media_layer.ts";
import { waitedSince } from "../../time/standstill.ts";

/**
 * The processing cost of a command or control message, as the bytes of media that cost the same.
 */
const CONVERSATION_COST = 16 * 1024;

/** The processing cost of the end of a message stream, in the same unit. */
const END_COST = 8 * 1024;

/** How a connection ended: an error, or nothing if the peer disconnected without one. */
export interface SessionEnd {
  /** What ended it. */
  error?: unknown;
}

/**
 * A session with one peer: it answers control and command messages, and passes media on. It takes the
 * next message after it has processed the last one. So a slow consumer holds its publisher back.
 */
export class ServerSession {
  readonly #conversation: Conversation;
  readonly #commands: CommandLayer;
  readonly #media: MediaLayer;
  readonly #messages: RtmpMessageDecoderStream;
  /** The reason that the server has announced to the peer, when the server ends the session. */
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

  /** How long the peer has neither published nor played, in milliseconds. */
  get inactivity(): number {
    if (this.isActive) this.#inactiveSince = performance.now();
    return waitedSince(this.#inactiveSince);
  }

  /** Whether the peer only plays, and so sends nothing by itself. */
  get watches(): boolean {
    return this.#conversation.streams.watches;
  }

  /** Whether the peer has paused everything that it plays, and so may read nothing for long. */
  get isPaused(): boolean {
    return this.#conversation.streams.isPaused;
  }

  /** Whether the peer has announced that it supports a request to reconnect. */
  get canReconnect(): boolean {
    return ((this.#conversation.peer?.capabilities.capsEx ?? 0) & CapsEx.Reconnect) !== 0;
  }

  /** Runs the session to its end. It does not throw, but returns the error that ended it. */
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
    writer.window.removeLimit();
    // Hundreds of connections may end at once, each with many publications.
    TIME_SLICE.start();
    const pause = TIME_SLICE.yieldIfSpent(END_COST * streams.all.length);
    if (pause) await pause;
    const reason = this.#conversation.endReason ??
      (error === undefined && this.#announced || endReason(error));
    for (const stream of streams.all) stream.disconnect(reason);
    await writer.flush();
    return error === undefined ? {} : { error };
  }

  /** Sends a ping request. */
  ping(): void {
    this.#conversation.control.ping();
    void this.#conversation.writer.flush();
  }

  /**
   * Asks the peer to reconnect, and serves it until it does (Enhanced RTMP v2, "Reconnect Request").
   *
   * @param tcUrl The new URL, absolute or relative to the peer's present one; by default that one.
   */
  requestReconnect(description: string, tcUrl?: string): void {
    const info = { level: "status", code: StatusCode.ReconnectRequest, description };
    this.#conversation.writer.send(
      writeCommand(0, "onStatus", 0, null, tcUrl ? { ...info, tcUrl } : info),
    );
    void this.#conversation.writer.flush();
  }

  /** Tells the peer, once, that the server ends the session, and why. The session keeps reading. */
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

  /** Ends all streams of the connection, and tells the peer why. */
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

  /** Processes a message when its turn comes. */
  #take(message: RtmpMessage): Promise<void> | undefined {
    if (this.#conversation.isOver) return undefined;
    const pause = TIME_SLICE.yieldIfSpent(
      isMedia(message) ? message.payload.length : CONVERSATION_COST,
    );
    if (!pause) return this.#receive(message);
    return pause.then(() => this.#conversation.isOver ? undefined : this.#receive(message));
  }

  #receive(message: RtmpMessage): Promise<void> | undefined {
    return isMedia(message) ? this.#media.receive(message) : this.#converse(message);
  }

  async #converse(message: RtmpMessage): Promise<void> {
    if (isCommand(message)) await this.#commands.receive(message);
    else this.#conversation.control.receive(message);
    await this.#conversation.writer.flushIfFull();
  }
}

function isMedia({ typeId }: RtmpMessage): boolean {
  return carriesTag(typeId) || typeId === MessageType.Aggregate;
}

function endReason(error: unknown): PublicationEnd {
  if (error === undefined) {
    return { reason: "disconnected", description: "The publisher closed the connection" };
  }
  const description = errorMessage(error);
  return { reason: "failed", description, error };
}
