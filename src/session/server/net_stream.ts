/**
 * A message stream on the server's side, with its publication or player.
 *
 * @module
 */

import type { Command } from "../../message/command.ts";
import type { RtmpMessage } from "../../message/message.ts";
import type { PublicationEnd } from "../../publication/publication.ts";
import { PlayingStream } from "./playing_stream.ts";
import { PublishingStream } from "./publishing_stream.ts";
import { type NetStreamContext, StreamReplies } from "./stream_replies.ts";

/** The NetStream commands of one message stream (RTMP 1.0, section 7.2.2). */
export class NetStream {
  readonly id: number;
  readonly #replies: StreamReplies;
  readonly #publishing: PublishingStream;
  readonly #playing: PlayingStream;

  constructor(id: number, context: NetStreamContext) {
    this.id = id;
    this.#replies = new StreamReplies(id, context);
    this.#publishing = new PublishingStream(context, this.#replies);
    this.#playing = new PlayingStream(context, this.#replies);
  }

  /** Whether it publishes or plays, or waits for the application's permission to do so. */
  get active(): boolean {
    return this.publishes || this.plays || this.#replies.isAsking;
  }

  /** Whether it publishes. */
  get publishes(): boolean {
    return this.#publishing.isActive;
  }

  /** Whether it plays. */
  get plays(): boolean {
    return this.#playing.isActive;
  }

  /** Whether its player is paused. */
  get paused(): boolean {
    return this.#playing.isPaused;
  }

  /** The path of its publication. */
  get path(): string | undefined {
    return this.#publishing.path;
  }

  /** `publish`; with a name that means the end, it ends a publication and a player. */
  async publish(command: Command): Promise<void> {
    if (this.#publishing.isEnd(command.args[0])) return this.close();
    await this.#publishing.publish(command);
  }

  /** `play`. */
  async play(name: unknown): Promise<void> {
    await this.#playing.play(name);
  }

  /** `pause`: true pauses, false resumes. */
  pause(paused: unknown): void {
    this.#playing.pause(paused);
  }

  /** `seek`. */
  seek(): void {
    this.#playing.seek();
  }

  /** `receiveAudio` and `receiveVideo`. */
  receive(type: "audio" | "video", wanted: unknown): void {
    this.#playing.receive(type, wanted);
  }

  /** Passes on an audio, video or data message of this stream. */
  write(message: RtmpMessage): Promise<void> | undefined {
    return this.#publishing.write(message);
  }

  /** Called when the peer ends the stream, by `FCUnpublish`, `closeStream` or `deleteStream`. */
  close(): void {
    this.#publishing.close();
    this.#playing.close();
  }

  /** Tells a player that it was sent everything. */
  drain(): void {
    this.#playing.drain();
  }

  /** Called when the connection has ended; it ends the publication and the player. */
  disconnect(end: PublicationEnd): void {
    this.#publishing.end(end);
    this.#playing.stop();
  }
}
