/**
 * The player of a message stream.
 *
 * @module
 */

import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import { STREAM_CHUNK_STREAM } from "../../message/command.ts";
import { userControl, UserControlEvent } from "../../message/control.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { StreamRequest } from "../../publication/publication.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { StatusCode } from "../status.ts";
import { Player, type PlaySource } from "./player.ts";
import type { NetStreamContext, StreamReplies } from "./stream_replies.ts";

/** The playing half of a message stream (RTMP 1.0, sections 7.2.2.1 to 7.2.2.8). */
export class PlayingStream {
  readonly #context: NetStreamContext;
  readonly #replies: StreamReplies;
  #player: Player | undefined;

  constructor(context: NetStreamContext, replies: StreamReplies) {
    this.#context = context;
    this.#replies = replies;
  }

  /** Whether it plays. */
  get isActive(): boolean {
    return this.#player !== undefined;
  }

  /** Whether its player is paused. */
  get isPaused(): boolean {
    return this.#player?.paused === true;
  }

  /** `play` (section 7.2.2.1). A second one takes the place of the first. */
  async play(name: unknown): Promise<void> {
    this.stop();
    const { handler, writer } = this.#context;
    const request = this.#context.request("play", name);
    if ("description" in request) return this.#replies.reject(request, StatusCode.PlayFailed);
    if (!await this.#replies.isAllowed(request, StatusCode.PlayFailed)) return;
    const source = await this.#replies.ask(
      handler.play(request, this.#context.filter()),
      (late) => this.#decline(late, request),
    );
    if (!source) return;
    if (!("tags" in source.answer)) {
      this.#replies.refuse(source.answer, StatusCode.PlayStreamNotFound);
      return handler.release(request);
    }
    const player = new Player(source.answer, request);
    writer.send(userControl(UserControlEvent.StreamBegin, this.#replies.id));
    this.#replies.status("status", StatusCode.PlayReset, `Playing and resetting ${request.name}`);
    this.#replies.status("status", StatusCode.PlayStart, `Playing ${request.name}`);
    writer.send(sampleAccess(this.#replies.id));
    this.#player = player;
    void this.#send(player);
  }

  /** `pause` (section 7.2.2.8): true pauses, false resumes. */
  pause(paused: unknown): void {
    if (!this.#control((player) => player.pause(paused === true))) return;
    const [code, event] = paused === true
      ? [StatusCode.PauseNotify, UserControlEvent.StreamEof]
      : [StatusCode.UnpauseNotify, UserControlEvent.StreamBegin];
    this.#replies.status(
      "status",
      code,
      paused === true ? "Paused" : "Resuming at the next keyframe",
    );
    this.#context.writer.send(userControl(event, this.#replies.id));
  }

  /** `seek` (section 7.2.2.7): a live stream has only its present. */
  seek(): void {
    if (this.#player) {
      this.#replies.status("error", StatusCode.SeekFailed, "Live streams are not seekable");
    }
  }

  /** `receiveAudio` and `receiveVideo` (sections 7.2.2.4 and 7.2.2.5). */
  receive(type: "audio" | "video", wanted: unknown): void {
    if (!this.#control((player) => player.receive(type, wanted === true))) return;
    if (wanted !== true) return;
    this.#replies.status("status", StatusCode.SeekNotify, `Resuming ${type}`);
    this.#replies.status("status", StatusCode.PlayStart, `Playing with ${type}`);
  }

  /** Called when the peer ends it. */
  close(): void {
    if (this.stop()) this.#replies.status("status", StatusCode.PlayStop, "Playing has stopped");
  }

  /**
   * Tells a player that it was sent everything: when it reads this, it has read the last frame.
   *
   * GStreamer's `rtmp2src` keeps one message for its pipeline and drops it when it reads the end.
   * It waits until that place is free before it reads this message, and so before it reads the end.
   */
  drain(): void {
    if (this.#player) this.#context.writer.send(sampleAccess(this.#replies.id));
  }

  /** Stops the player; returns whether there was one. */
  stop(): boolean {
    const player = this.#player;
    this.#player = undefined;
    player?.stop();
    return player !== undefined;
  }

  /** Releases a source that the application returns after the connection was closed. */
  #decline(source: PlaySource | Refusal, request: StreamRequest): void {
    if ("tags" in source) new Player(source, request).stop();
    this.#context.handler.release(request);
  }

  /** Changes the player, if there is one; returns whether that succeeded. */
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

  async #send(player: Player): Promise<void> {
    const { writer, tagChunks } = this.#context;
    try {
      const ended = await player.run(this.#replies.id, writer, tagChunks);
      if (this.#player !== player) return;
      if (ended) this.drain();
      this.#player = undefined;
      if (!ended) return;
      this.#replies.status("status", StatusCode.PlayUnpublishNotify, "The stream has ended");
      writer.send(userControl(UserControlEvent.StreamEof, this.#replies.id));
      this.#replies.status("status", StatusCode.PlayStop, "Playing has stopped");
      await writer.flush();
    } catch (error) {
      this.#playFailed(player, error);
    }
  }

  /** The source of the application has failed: the player is told only that something failed. */
  #playFailed(player: Player, error: unknown): void {
    player.stop();
    this.#context.handler.playFailed(player.request, error);
    if (this.#player !== player) return;
    this.drain();
    this.#player = undefined;
    const description = "The server cannot play this stream any further";
    this.#replies.refuse({ description }, StatusCode.PlayFailed);
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
