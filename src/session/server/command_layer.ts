/**
 * The command layer: it executes the peer's commands and answers them.
 *
 * @module
 */

import { RtmpCommandError, RtmpError } from "../../errors.ts";
import { type Command, readCommand, writeCommand } from "../../message/command.ts";
import {
  setChunkSize,
  setPeerBandwidth,
  windowAcknowledgementSize,
} from "../../message/control.ts";
import type { RtmpMessage } from "../../message/message.ts";
import type { RtmpLimits } from "../limits.ts";
import type { MessageWriter } from "../message_writer.ts";
import { NetConnection } from "./net_connection.ts";
import type { NetStreams } from "./net_streams.ts";
import type { Questions } from "./questions.ts";
import type { SessionHandler } from "./session_handler.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { StatusCode } from "../status.ts";

/** The longest part of a command's name in answers and errors, in characters. */
const MAX_REPEATED = 64;

/** The parts of a session that commands use. */
export interface CommandContext {
  readonly writer: MessageWriter;
  readonly streams: NetStreams;
  readonly handler: SessionHandler;
  readonly questions: Questions;
  readonly limits: RtmpLimits;
  /** The chunk size to announce, in bytes. */
  readonly chunkSize: number;
  /** The announced acknowledgement window and peer bandwidth, in bytes. */
  readonly windowSize: number;
  /** The facts that the peer announced in `connect`; `undefined` before that. */
  peer: NetConnection | undefined;
  /** Called when the peer asks to close the connection. */
  peerCloses(): void;
  /** Ends the conversation after everything has been sent to the peer. */
  stop(): Promise<void>;
}

/** Executes the commands of a connection and its message streams (RTMP 1.0, section 7.2). */
export class CommandLayer {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /**
   * Executes a command.
   *
   * @throws {RtmpError} If it costs the peer its connection.
   */
  async receive(message: RtmpMessage): Promise<void> {
    const command = readCommand(message, this.#context.limits);
    if (command.name === "connect") return await this.#connect(command);
    if (!this.#context.peer) {
      throw new RtmpCommandError("Cannot take a command", {
        read: command.name.slice(0, MAX_REPEATED),
        expected: "connect",
      });
    }
    if (await this.#streamCommand(command, message.messageStreamId)) return;
    this.#connectionCommand(command);
  }

  /** Executes a command of a message stream (section 7.2.2); returns whether it was one. */
  async #streamCommand(command: Command, streamId: number): Promise<boolean> {
    const { name, args: [argument] } = command;
    const { streams } = this.#context;
    const stream = streams.get(streamId);
    switch (name) {
      case "publish":
        await streams.publish(streamId, command);
        return true;
      case "play":
        await streams.open(streamId).play(argument);
        return true;
      case "play2":
        await streams.open(streamId).play(play2Name(argument));
        return true;
      case "pause":
      case "pauseRaw":
        stream?.pause(argument);
        return true;
      case "seek":
        stream?.seek();
        return true;
      case "receiveAudio":
        stream?.receive("audio", argument);
        return true;
      case "receiveVideo":
        stream?.receive("video", argument);
        return true;
      case "closeStream":
        stream?.close();
        return true;
      case "deleteStream":
        streams.delete(argument);
        return true;
      case "FCUnpublish":
        streams.find(argument)?.close();
        this.#answer(command, null, undefined);
        return true;
    }
    return false;
  }

  /** Executes a command of the connection (section 7.2.1), or one that only encoders send. */
  #connectionCommand(command: Command): void {
    switch (command.name) {
      case "createStream":
        return this.#answer(command, null, this.#context.streams.create().id);
      case "releaseStream":
      case "FCPublish":
      case "FCSubscribe":
      case "_checkbw":
        return this.#answer(command, null, undefined);
      case "getStreamLength":
        return this.#answer(command, null, 0);
      case "close":
        return this.#context.peerCloses();
      // Unrequested answers, and notifications that need no answer.
      case "_result":
      case "_error":
      case "onStatus":
      case "onBWDone":
        return;
      default: {
        const description = `Unknown command: ${command.name.slice(0, MAX_REPEATED)}`;
        return this.#refuse(command, { description });
      }
    }
  }

  /** NetConnection.connect (section 7.2.1.1). */
  async #connect(command: Command): Promise<void> {
    if (this.#context.peer) {
      return this.#refuse(command, { description: "Already connected" });
    }
    const connection = this.#readConnect(command);
    const { handler, questions, writer, windowSize, chunkSize } = this.#context;
    const app = command.object?.app;
    const admission = handler.admit(typeof app === "string" ? app : "");
    const refusal = await questions.ask(admission, () => {});
    if (!refusal) return;
    if (refusal.answer) {
      const { code = StatusCode.ConnectRejected, description } = refusal.answer;
      this.#refuse(command, { code, description });
      return void this.#context.stop();
    }
    this.#context.peer = connection;
    // OBS misreads chunks if an answer of more than 128 bytes is sent before the chunk size.
    writer.send(
      windowAcknowledgementSize(windowSize),
      setPeerBandwidth(windowSize),
      setChunkSize(chunkSize),
      connection.success(command),
    );
  }

  #readConnect(command: Command): NetConnection {
    try {
      return new NetConnection(command, this.#context.limits.maxNameLength);
    } catch (error) {
      if (error instanceof RtmpError) {
        const { message: description } = error;
        this.#refuse(command, { code: StatusCode.ConnectRejected, description });
      }
      throw error;
    }
  }

  #answer({ transactionId }: Command, ...values: unknown[]): void {
    if (transactionId === 0) return;
    this.#context.writer.send(writeCommand(0, "_result", transactionId, ...values));
  }

  #refuse(
    { transactionId }: Command,
    { code = StatusCode.CallFailed, description }: Refusal,
  ): void {
    if (transactionId === 0) return;
    const info = { level: "error", code, description };
    this.#context.writer.send(writeCommand(0, "_error", transactionId, null, info));
  }
}

/** The stream's name in the parameters of `play2` (section 7.2.2.2). */
function play2Name(parameters: unknown): unknown {
  return typeof parameters === "object" && parameters !== null && "streamName" in parameters
    ? parameters.streamName
    : undefined;
}
