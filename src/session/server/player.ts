/**
 * A player: it sends the tags of a source to the peer.
 *
 * @module
 */

import { checkTag, type FlvTag } from "../../flv/flv_tag.ts";
import type { MessageWriter } from "../message_writer.ts";
import { PauseClock } from "./pause_clock.ts";
import type { StreamRequest } from "../../publication/publication.ts";
import type { TagChunks } from "./tag_chunks.ts";

/** A source of tags for a player. */
export interface PlaySource {
  /** The tags; they end with the stream. */
  tags: ReadableStream<FlvTag>;
  /** Pauses (`true`), during which every tag is dropped, or resumes (`false`) at a keyframe. */
  pause(paused: boolean): void;
  /** Turns audio or video off, or on again. */
  receive(type: "audio" | "video", wanted: boolean): void;
}

/** Sends the tags of a source until it ends or is stopped. */
export class Player {
  /** The request that it plays. */
  readonly request: StreamRequest;
  readonly #source: PlaySource;
  readonly #reader: ReadableStreamDefaultReader<FlvTag>;
  readonly #clock = new PauseClock();
  #paused = false;
  #stopped = false;

  constructor(source: PlaySource, request: StreamRequest) {
    this.request = request;
    this.#source = source;
    this.#reader = source.tags.getReader();
  }

  /** Whether the peer has paused it. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Sends all tags. Resolves to true if the source has ended, to false if it was stopped. */
  async run(messageStreamId: number, writer: MessageWriter, chunks: TagChunks): Promise<boolean> {
    while (writer.failure === undefined) {
      const { done, value } = await this.#reader.read();
      if (done) return !this.#stopped;
      writer.sendBytes(chunks.of(this.#clock.move(checkTag(value)), messageStreamId));
      await writer.flushIfFull();
      await writer.window.ready();
    }
    this.stop();
    return false;
  }

  /** Pauses (`true`), or resumes at the next keyframe (`false`). */
  pause(paused: boolean): void {
    if (this.#paused && !paused) this.#clock.resume();
    this.#paused = paused;
    this.#source.pause(paused);
  }

  /** Turns audio or video off, or on again. */
  receive(type: "audio" | "video", wanted: boolean): void {
    this.#source.receive(type, wanted);
  }

  /**
   * Stops. The source's ledger counts unsent tags as dropped. Cleanup by the application is not
   * waited for.
   */
  stop(): void {
    this.#stopped = true;
    this.#reader.cancel().catch(() => {});
  }
}
