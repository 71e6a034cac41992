/**
 * What is played on a message stream, sent to the peer.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { MessageWriter } from "./message_writer.ts";
import type { StreamRequest } from "./publication.ts";
import type { TagChunks } from "./tag_chunks.ts";

/** What a player gets, from whoever keeps the streams. */
export interface PlaySource {
  /** The tags; they end with the stream. */
  tags: ReadableStream<FlvTag>;
  /** While it is paused (`true`) everything is left out; it goes on (`false`) at a keyframe. */
  pause(paused: boolean): void;
  /** Turns one kind of media off, or on again. */
  receive(type: "audio" | "video", wanted: boolean): void;
}

/** Sends the tags of a source until it ends or is stopped. */
export class Player {
  /** What is played. */
  readonly source: PlaySource;
  /** What it was asked for. */
  readonly request: StreamRequest;
  readonly #reader: ReadableStreamDefaultReader<FlvTag>;
  #stopped = false;

  constructor(source: PlaySource, request: StreamRequest) {
    this.source = source;
    this.request = request;
    this.#reader = source.tags.getReader();
  }

  /** Sends all tags; resolves with whether the source has ended, as opposed to being stopped. */
  async run(messageStreamId: number, writer: MessageWriter, chunks: TagChunks): Promise<boolean> {
    while (writer.failure === undefined) {
      const { done, value } = await this.#reader.read();
      if (done) return !this.#stopped;
      writer.sendBytes(chunks.of(value, messageStreamId));
      await writer.relieve();
      await writer.window.room();
    }
    await this.stop();
    return false;
  }

  /** Stops; what has not been sent is given back to the books of the source. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reader.cancel().catch(() => {});
  }
}
