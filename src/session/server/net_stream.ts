/**
 * A message stream, as the server keeps it: what is published or played on it.
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

  /** Whether something is published or played here, or about to be. */
  get active(): boolean {
    return this.publishes || this.plays || this.#replies.isAsking;
  }

  /** Whether something is published here. */
  get publishes(): boolean {
    return this.#publishing.isActive;
  }

  /** Whether something is played here. */
  get plays(): boolean {
    return this.#playing.isActive;
  }

  /** Whether what is played here is paused. */
  get paused(): boolean {
    return this.#playing.isPaused;
  }

  /** The path under which something is published here. */
  get path(): string | undefined {
    return this.#publishing.path;
  }

  /** `publish`; with a name that ends a stream, it ends what is played here too. */
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

  /** The peer has ended its stream: `FCUnpublish`, `closeStream` or `deleteStream`. */
  close(): void {
    this.#publishing.close();
    this.#playing.close();
  }

  /** Tells a player that what it was sent is all. */
  drain(): void {
    this.#playing.drain();
  }

  /** The connection has ended, and with it what is published and played here. */
  disconnect(end: PublicationEnd): void {
    this.#publishing.end(end);
    this.#playing.stop();
  }
}
