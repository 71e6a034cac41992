/**
 * Chunks in, whole messages out.
 *
 * @module
 */

import { toBytes } from "../bytes/byte_source.ts";
import { ContinuousBuffer } from "../bytes/continuous_buffer.ts";
import { readUint32 } from "../bytes/integers.ts";
import type { RtmpChunk } from "../chunk/chunk.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { ownBytes } from "../pipeline/leaving.ts";
import { MessageType, type RtmpMessage } from "./message.ts";

/** What a {@linkcode RtmpMessageDecoderStream} can be told. */
export interface RtmpMessageDecoderOptions {
  /** Where messages are counted. */
  counts?: ReceivedCounts;
  /** Called with how many bytes of memory more, or fewer, are taken for unfinished messages. */
  onMemory?: (change: number) => void;
}

/** The head of a message, as every chunk of it carries it. */
type MessageHeader = Omit<RtmpChunk, "format" | "offset" | "payload">;

/** Bytes that a message may reserve when no larger one has come before it. */
const FIRST_RESERVE = 16 * 1024;

/**
 * Encoders have a message or two unfinished at a time. So many may reserve as much as the largest
 * message took that really came before, if it was no larger than this; all beyond is taken as bytes
 * come: a peer can begin hundreds, with a byte of each.
 */
const TYPICAL_UNFINISHED = 4;
const LARGEST_RESERVE = 1024 * 1024;

/** The payload of every empty message: a flood of them must not cost memory for each. */
const EMPTY = new Uint8Array(0);

/**
 * Puts the chunks of each chunk stream together to messages. What it holds in unfinished messages
 * is bounded by the decoder of chunks ({@linkcode RtmpChunkDecoderOptions.maxPartialBytes}), and
 * memory is taken as bytes come, not as a header announces.
 */
export class MessageDecoder {
  readonly #unfinished = new Map<number, ContinuousBuffer>();
  readonly #counts: ReceivedCounts;
  /** Bytes that a message may reserve before they have come. */
  #reserve = FIRST_RESERVE;
  /** Bytes of memory that are taken for unfinished messages, with what is reserved for their rest. */
  #memory = 0;
  /** The same, as `onMemory` has been told. */
  #reportedMemory = 0;
  readonly #onMemory: ((change: number) => void) | undefined;

  constructor(options: RtmpMessageDecoderOptions = {}) {
    this.#counts = options.counts ?? new ReceivedCounts();
    this.#onMemory = options.onMemory;
  }

  /** Takes the next chunk of the connection and returns the message that it completes, if any. */
  decode(chunk: RtmpChunk): RtmpMessage | undefined {
    const { offset, length } = chunk;
    const payload = toBytes(chunk.payload, "the payload of a chunk");
    if (payload.length !== length) return this.#append(chunk, offset, payload);
    return this.#complete(chunk, length === 0 ? EMPTY : ownBytes(payload));
  }

  /** Reports what memory is taken since the last report. */
  reportMemory(): void {
    const change = this.#memory - this.#reportedMemory;
    if (change === 0) return;
    this.#reportedMemory = this.#memory;
    this.#onMemory?.(change);
  }

  /** Takes what begins `offset` bytes into a message, and returns the message if that completes it. */
  #append(header: MessageHeader, offset: number, payload: Uint8Array): RtmpMessage | undefined {
    const { chunkStreamId, length } = header;
    if (offset === 0) this.#discard(chunkStreamId, "aborted-message");
    const unfinished = this.#unfinished.get(chunkStreamId) ?? this.#startMessage(chunkStreamId);
    const before = unfinished.capacity;
    const isTypical = this.#unfinished.size <= TYPICAL_UNFINISHED;
    unfinished.fill(payload, length, isTypical ? this.#reserve : 0);
    this.#memory += unfinished.capacity - before;
    if (unfinished.length < length) return undefined;
    this.#unfinished.delete(chunkStreamId);
    this.#memory -= unfinished.capacity;
    if (length > this.#reserve) this.#reserve = Math.min(length, LARGEST_RESERVE);
    return this.#complete(header, unfinished.bytes);
  }

  /** Counts what is unfinished when no more chunks come. */
  end(): void {
    for (const id of [...this.#unfinished.keys()]) this.#discard(id, "incomplete-message");
    this.reportMemory();
  }

  #startMessage(chunkStreamId: number): ContinuousBuffer {
    const unfinished = new ContinuousBuffer();
    this.#unfinished.set(chunkStreamId, unfinished);
    return unfinished;
  }

  #complete(header: MessageHeader, payload: Uint8Array): RtmpMessage {
    this.#counts.messages++;
    const { chunkStreamId, messageStreamId, typeId, timestamp } = header;
    if (typeId === MessageType.Abort && payload.length === 4) {
      this.#discard(readUint32(payload, 0), "aborted-message");
    }
    return { chunkStreamId, messageStreamId, typeId, timestamp, payload };
  }

  #discard(chunkStreamId: number, reason: "aborted-message" | "incomplete-message"): void {
    const unfinished = this.#unfinished.get(chunkStreamId);
    if (!unfinished) return;
    this.#unfinished.delete(chunkStreamId);
    this.#memory -= unfinished.capacity;
    unfinished.release();
    this.#counts.discard(reason);
  }
}
