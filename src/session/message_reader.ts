/**
 * What a peer sends, as messages.
 *
 * @module
 */

import {
  ChunkDecoder,
  type ChunkSink,
  type RtmpChunkDecoderOptions,
} from "../chunk/chunk_decoder.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import type { RtmpMessage } from "../message/message.ts";
import { MessageDecoder } from "../message/message_decoder.ts";

/**
 * Where the bytes of a peer come from: the reader of a stream, or something as simple. They are good
 * until the next read, so that the same memory can take them all, and are written to.
 */
export type ByteReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** What a {@linkcode MessageReader} can be told. */
export interface MessageReaderOptions extends RtmpChunkDecoderOptions {
  /** Called with the bytes of memory that unfinished messages take up, when that has changed. */
  onUnfinished?: (bytes: number) => void;
}

/** Bytes that are taken apart at once: they can be as many empty messages. */
const LARGEST_PIECE = 64 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * Reads the messages of a connection, from behind its handshake on. It makes of the bytes what
 * {@linkcode RtmpChunkDecoderStream} and {@linkcode RtmpMessageDecoderStream} make of them, errors
 * behind data included, without a stream between: at live pace each would cost as much as the read.
 */
export class MessageReader {
  readonly #reader: ByteReader;
  readonly #chunks: ChunkDecoder;
  readonly #decoder: MessageDecoder;
  readonly #onUnfinished: ((bytes: number) => void) | undefined;
  #unfinished = 0;
  /** What has been read and not taken apart. */
  #bytes: Uint8Array = NOTHING;
  /** What a piece of it has completed, and how much of that has been taken. */
  #messages: RtmpMessage[] = [];
  #taken = 0;
  /** What broke the connection, behind those messages. */
  #failure: { error: unknown } | undefined;
  #ended = false;
  readonly #add: ChunkSink = (stream, bytes, from, to) => {
    const message = this.#decoder.add(stream, bytes, from, to);
    if (message) this.#messages.push(message);
  };

  constructor(reader: ByteReader, options: MessageReaderOptions) {
    const { counts = new ReceivedCounts(), onUnfinished } = options;
    this.#onUnfinished = onUnfinished;
    this.#reader = reader;
    this.#chunks = new ChunkDecoder({ ...options, counts });
    this.#decoder = new MessageDecoder({ counts });
  }

  /**
   * Takes the next of the messages that have come, or nothing when {@linkcode more} has to be asked.
   *
   * @throws What broke the connection, when all messages before it have been taken.
   */
  take(): RtmpMessage | undefined {
    while (this.#taken === this.#messages.length) {
      this.#messages = [];
      this.#taken = 0;
      if (this.#failure) throw this.#failure.error;
      if (this.#bytes.length === 0) return undefined;
      this.#decode();
    }
    return this.#messages[this.#taken++];
  }

  /** Bytes that have been read and not taken apart. */
  get unread(): number {
    return this.#bytes.length;
  }

  /** Allows another number of bytes in unfinished messages from now on. */
  allowPartialBytes(bytes: number): void {
    this.#chunks.allowPartialBytes(bytes);
  }

  /** Reads once more; resolves with whether anything has come, as opposed to the end. */
  async more(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (done) this.#end();
    else this.#bytes = value;
    return !done;
  }

  /** Gives up what has not been taken, and ends a read that waits. */
  async cancel(reason?: unknown): Promise<void> {
    this.#end();
    await this.#reader.cancel(reason);
  }

  #decode(): void {
    const bytes = this.#bytes;
    const isPiece = bytes.length <= LARGEST_PIECE;
    this.#bytes = isPiece ? NOTHING : bytes.subarray(LARGEST_PIECE);
    try {
      this.#chunks.decode(isPiece ? bytes : bytes.subarray(0, LARGEST_PIECE), this.#add, true);
      if (!this.#ended) {
        this.#tellUnfinished(this.#chunks.reservedBytes + this.#decoder.reservedBytes);
      }
    } catch (error) {
      this.#failure = { error };
      this.#end();
    }
  }

  #end(): void {
    this.#bytes = NOTHING;
    if (this.#ended) return;
    this.#ended = true;
    this.#chunks.end();
    this.#decoder.end();
    this.#tellUnfinished(0);
  }

  #tellUnfinished(bytes: number): void {
    if (bytes === this.#unfinished) return;
    this.#unfinished = bytes;
    this.#onUnfinished?.(bytes);
  }
}
