/**
 * A message stream, as the server keeps it: what is published or played on it.
 *
 * @module
 */

import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { type Command, STREAM_CHUNK_STREAM } from "../../message/command.ts";
import { userControl, UserControlEvent } from "../../message/control.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { MessageWriter } from "../message_writer.ts";
import { Player, type PlaySource } from "./player.ts";
import type { TagFilter } from "./player_filter.ts";
import type { PublicationEnd, StreamRequest } from "../../publication/publication.ts";
import { MessageInput } from "./message_input.ts";
import type { Questions } from "./questions.ts";
import type { SessionHandler } from "./session_handler.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { onStatus, StatusCode } from "../status.ts";
import type { StreamPath } from "../../publication/stream_path.ts";
import type { TagChunks } from "./tag_chunks.ts";
import { mediaOf, Trial } from "./trial.ts";
import type { Turns } from "../../time/turns.ts";

/** What a message stream needs of its connection. */
export interface NetStreamContext {
  readonly writer: MessageWriter;
  readonly handler: SessionHandler;
  readonly counts: ReceivedCounts;
  readonly chunks: TagChunks;
  readonly questions: Questions;
  /** Turns the name in a command into the whole request, or says why no stream can have it. */
  request(kind: StreamRequest["kind"], name: unknown): StreamRequest | Refusal;
  /** The path that a name in a command stands for, or why it stands for none. */
  path(name: unknown): StreamPath | Refusal;
  /** What the peer can be played. */
  filter(): TagFilter;
  /** Gives others their turn when this peer has been served for long. */
  readonly turns: Turns;
  /** Something may be published from now on. */
  accepted(): void;
  /** The message stream has ended from this side: the connection goes too if it carries nothing. */
  released(): void;
}

/** The NetStream commands of one message stream (RTMP 1.0, section 7.2.2). */
export class NetStream {
  readonly id: number;
  readonly #context: NetStreamContext;
  #input: MessageInput | undefined;
  /** Holds what is published until it may claim its name, with the request for it. */
  #trial: { request: StreamRequest; trial: Trial<RtmpMessage> } | undefined;
  #player: Player | undefined;
  /** The application is being asked whether something may be published or played here. */
  #asking = false;
  #hasPublished = false;

  constructor(id: number, context: NetStreamContext) {
    this.id = id;
    this.#context = context;
  }

  /** Whether something is published or played here, or about to be. */
  get active(): boolean {
    return this.publishes || this.plays || this.#asking;
  }

  /** Whether something is published here. */
  get publishes(): boolean {
    return this.#input !== undefined;
  }

  /** Whether something is played here. */
  get plays(): boolean {
    return this.#player !== undefined;
  }

  /** Whether what is played here is paused. */
  get paused(): boolean {
    return this.#player?.paused === true;
  }

  /** The path under which something is published here. */
  get path(): string | undefined {
    return this.#input?.publication.path;
  }

  /**
   * `publish` (section 7.2.2.6). The peer hears of success when the application has allowed it and
   * the name is the publication's. On a stream that publishes already, another name changes nothing.
   */
  async publish({ args: [name, type] }: Command): Promise<void> {
    if (this.#isEnd(name)) return this.close();
    if (this.#input) return;
    const request = this.#context.request("publish", name);
    if ("description" in request) return this.#reject(request, StatusCode.PublishDenied);
    request.type = type === "record" || type === "append" ? type : "live";
    if (!await this.#isAllowed(request, StatusCode.PublishDenied)) return;
    const { handler, counts, turns } = this.#context;
    const input = new MessageInput(
      request,
      counts,
      turns,
      (reason) => this.#closeFromHere(input, reason),
    );
    // Set before the name is claimed: that may close another stream of this connection, which must
    // survive it.
    this.#input = input;
    this.#hasPublished = true;
    const inspection = handler.inspection?.(request);
    if (inspection) this.#trial = { request, trial: new Trial(inspection) };
    else if (!this.#claim(input, request)) return;
    this.#context.accepted();
    this.#status("status", StatusCode.PublishStart, `Publishing ${request.name}`);
    if (!inspection) handler.begin(input.publication);
  }

  /** Claims the name of a publication; one that does not get it is refused. */
  #claim(input: MessageInput, request: StreamRequest): boolean {
    const { handler } = this.#context;
    const taken = handler.claim(input.publication, request);
    if (taken) {
      this.#end({ reason: "closed", description: taken.description });
      this.#refuse(taken, StatusCode.PublishBadName);
    }
    // The application may have ended it while it was asked.
    if (this.#input === input) return true;
    handler.release(request);
    return false;
  }

  /** Holds a message of a publication on trial; once there is a verdict, all of them go on. */
  async #try(message: RtmpMessage): Promise<void> {
    const { request, trial } = this.#trial!;
    const input = this.#input!;
    const verdict = trial.take(message, message.payload.length, mediaOf(message));
    if (verdict === undefined) return;
    if (verdict !== true) {
      this.#end({ reason: "closed", description: verdict.description });
      return this.#refuse(verdict, StatusCode.PublishBadName);
    }
    this.#trial = undefined;
    if (!this.#claim(input, request)) return this.#discard(trial);
    this.#context.handler.begin(input.publication);
    for (const held of trial.held) await input.write(held);
  }

  #discard({ held }: Trial<RtmpMessage>): void {
    for (let count = 0; count < held.length; count++) this.#context.counts.discard("unpublished");
  }

  /** `play` (section 7.2.2.1). A second one takes the place of the first. */
  async play(name: unknown): Promise<void> {
    this.#stopPlaying();
    const { handler, writer } = this.#context;
    const request = this.#context.request("play", name);
    if ("description" in request) return this.#reject(request, StatusCode.PlayFailed);
    if (!await this.#isAllowed(request, StatusCode.PlayFailed)) return;
    const source = await this.#ask(
      handler.play(request, this.#context.filter()),
      (late) => this.#decline(late, request),
    );
    if (!source) return;
    if (!("tags" in source.answer)) {
      this.#refuse(source.answer, StatusCode.PlayStreamNotFound);
      return handler.release(request);
    }
    const player = new Player(source.answer, request);
    writer.send(userControl(UserControlEvent.StreamBegin, this.id));
    this.#status("status", StatusCode.PlayReset, `Playing and resetting ${request.name}`);
    this.#status("status", StatusCode.PlayStart, `Playing ${request.name}`);
    writer.send(sampleAccess(this.id));
    this.#player = player;
    void this.#send(player);
  }

  /** `pause` (section 7.2.2.8): true pauses, false goes on. */
  pause(paused: unknown): void {
    if (!this.#control((player) => player.pause(paused === true))) return;
    const [code, event] = paused === true
      ? [StatusCode.PauseNotify, UserControlEvent.StreamEof]
      : [StatusCode.UnpauseNotify, UserControlEvent.StreamBegin];
    this.#status("status", code, paused === true ? "Paused" : "Resuming at the next keyframe");
    this.#context.writer.send(userControl(event, this.id));
  }

  /** `seek` (section 7.2.2.7): a live stream has only its present. */
  seek(): void {
    if (this.#player) {
      this.#status("error", StatusCode.SeekFailed, "Live streams are not seekable");
    }
  }

  /** `receiveAudio` and `receiveVideo` (sections 7.2.2.4 and 7.2.2.5). */
  receive(type: "audio" | "video", wanted: unknown): void {
    if (!this.#control((player) => player.receive(type, wanted === true))) return;
    if (wanted !== true) return;
    this.#status("status", StatusCode.SeekNotify, `Resuming ${type}`);
    this.#status("status", StatusCode.PlayStart, `Playing with ${type}`);
  }

  /** Hands on an audio, video or data message of this stream. */
  write(message: RtmpMessage): Promise<void> | undefined {
    if (this.#trial) return this.#try(message);
    if (this.#input) return this.#input.write(message);
    this.#context.counts.discard("unpublished");
  }

  /** The peer has ended its stream: `FCUnpublish`, `closeStream` or `deleteStream`. */
  close(): void {
    if (this.#end({ reason: "unpublished", description: "The publisher ended it" })) {
      this.#status("status", StatusCode.UnpublishSuccess, "The stream has ended");
    }
    if (this.#stopPlaying()) {
      this.#status("status", StatusCode.PlayStop, "Playing has stopped");
    }
  }

  /**
   * Tells a player that what it was sent is all: the last frame has been read when this is.
   *
   * GStreamer's `rtmp2src` keeps one message for its pipeline and drops it when it hears of the end.
   * It waits for that place to be free before it reads this, and so before it reads of the end.
   */
  drain(): void {
    if (this.#player) this.#context.writer.send(sampleAccess(this.id));
  }

  /** The connection has ended, and with it what is published and played here. */
  disconnect(end: PublicationEnd): void {
    this.#end(end);
    this.#stopPlaying();
  }

  /** Asks the application; what it allows on a connection that is closed meanwhile is released. */
  async #isAllowed(request: StreamRequest, usualCode: string): Promise<boolean> {
    const { handler } = this.#context;
    const refusal = await this.#ask(
      handler.authorize(request),
      (late) => late ?? handler.release(request),
    );
    if (refusal?.answer) this.#refuse(refusal.answer, usualCode);
    return refusal !== undefined && refusal.answer === undefined;
  }

  /** Waits for the application; the connection stays meanwhile, though nothing goes on here. */
  async #ask<T>(
    question: Promise<T>,
    giveUp: (answer: T) => void,
  ): Promise<{ answer: T } | undefined> {
    this.#asking = true;
    try {
      return await this.#context.questions.ask(question, giveUp);
    } finally {
      this.#asking = false;
    }
  }

  /** Leaves what the application gives to be played after the connection was closed. */
  #decline(source: PlaySource | Refusal, request: StreamRequest): void {
    if ("tags" in source) new Player(source, request).stop();
    this.#context.handler.release(request);
  }

  /** Changes what is played, if something is; tells whether that went well. */
  #control(change: (player: Player) => void): boolean {
    if (!this.#player) return false;
    try {
      change(this.#player);
      return true;
    } catch (error) {
      this.#playFailed(this.#player, error);
      return false;
    }
  }

  #stopPlaying(): boolean {
    const player = this.#player;
    this.#player = undefined;
    player?.stop();
    return player !== undefined;
  }

  async #send(player: Player): Promise<void> {
    const { writer, chunks } = this.#context;
    try {
      const ended = await player.run(this.id, writer, chunks);
      if (this.#player !== player) return;
      if (ended) this.drain();
      this.#player = undefined;
      if (!ended) return;
      this.#status("status", StatusCode.PlayUnpublishNotify, "The stream has ended");
      writer.send(userControl(UserControlEvent.StreamEof, this.id));
      this.#status("status", StatusCode.PlayStop, "Playing has stopped");
      await writer.flush();
    } catch (error) {
      this.#playFailed(player, error);
    }
  }

  /** The source of the application has failed: the player hears that something did. */
  #playFailed(player: Player, error: unknown): void {
    player.stop();
    this.#context.handler.playFailed(player.request, error);
    if (this.#player !== player) return;
    this.drain();
    this.#player = undefined;
    const description = "The server cannot play this stream any further";
    this.#refuse({ description }, StatusCode.PlayFailed);
  }

  /**
   * Whether `publish` with this name ends a publication: `false` does, and so does no name, as
   * Wirecast sends it, unless it is the app that names the stream.
   */
  #isEnd(name: unknown): boolean {
    if (name === false) return true;
    if (name || !this.#hasPublished) return false;
    const path = this.#context.path(name);
    return !("path" in path && path.path === this.path);
  }

  #closeFromHere(input: MessageInput, reason: string): void {
    if (this.#input !== input) return;
    this.#end({ reason: "closed", description: reason });
    this.#status("error", StatusCode.Failed, reason);
    this.#context.released();
  }

  #end(end: PublicationEnd): boolean {
    if (!this.#input) return false;
    this.#input.end(end);
    this.#input = undefined;
    if (this.#trial) {
      this.#discard(this.#trial.trial);
      this.#context.handler.release(this.#trial.request);
      this.#trial = undefined;
    }
    return true;
  }

  /** Refuses what names no stream: the application need not be asked. */
  #reject(refusal: Refusal, usualCode: string): void {
    this.#context.handler.reject(refusal);
    this.#refuse(refusal, usualCode);
  }

  #refuse({ code, description }: Refusal, usualCode: string): void {
    this.#status("error", code ?? usualCode, description);
    this.#context.released();
  }

  #status(level: "status" | "error", code: string, description: string): void {
    this.#context.writer.send(onStatus(this.id, level, code, description));
  }
}

/** Says that a player may look into audio and video; Flash asks for it. */
function sampleAccess(messageStreamId: number): RtmpMessage {
  return {
    chunkStreamId: STREAM_CHUNK_STREAM,
    messageStreamId,
    typeId: MessageType.DataAmf0,
    timestamp: 0,
    payload: encodeAmf0("|RtmpSampleAccess", true, true),
  };
}
