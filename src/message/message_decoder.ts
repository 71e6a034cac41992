/**
 * The message decoder: chunks in, whole messages out.
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

/** Options of {@linkcode RtmpMessageDecoderStream}. */
export interface RtmpMessageDecoderOptions {
  /** The counts to which messages are added. */
  counts?: ReceivedCounts;
  /** Called with each change of the memory of partial messages, in bytes. */
  onMemory?: (change: number) => void;
}

/** The header of a message, which every chunk of it has. */
type MessageHeader = Omit<RtmpChunk, "format" | "offset" | "payload">;

/** Bytes reserved for a message until a larger one has been received. */
const FIRST_RESERVE = 16 * 1024;

/**
 * Partial messages for which memory is reserved: encoders have one or two at a time. Each reserves
 * as much as the largest message so far, up to `LARGEST_RESERVE`. Memory for any others is
 * allocated as bytes arrive, since a peer can begin hundreds with a byte each.
 */
const TYPICAL_UNFINISHED = 4;
const LARGEST_RESERVE = 1024 * 1024;

/** The payload of all empty messages, so that a flood of them costs no memory. */
const EMPTY = new Uint8Array(0);

/**
 * Assembles the chunks of each chunk stream to messages. The chunk decoder limits the size of
 * partial messages ({@linkcode RtmpChunkDecoderOptions.maxPartialBytes}); memory is allocated as
 * bytes arrive, not as a header announces.
 */
export class MessageDecoder {
  readonly #unfinished = new Map<number, ContinuousBuffer>();
  readonly #counts: ReceivedCounts;
  /** Bytes reserved for a message before they arrive. */
  #reserve = FIRST_RESERVE;
  /** Allocated bytes of partial messages, including reserved ones. */
  #memory = 0;
  /** Allocated bytes as reported to `onMemory`. */
  #reportedMemory = 0;
  readonly #onMemory: ((change: number) => void) | undefined;

  constructor(options: RtmpMessageDecoderOptions = {}) {
    this.#counts = options.counts ?? new ReceivedCounts();
    this.#onMemory = options.onMemory;
  }

  /** Adds the next chunk of the connection. Returns the message that it completes, if any. */
  decode(chunk: RtmpChunk): RtmpMessage | undefined {
    const { offset, length } = chunk;
    const payload = toBytes(chunk.payload, "the payload of a chunk");
    if (payload.length !== length) return this.#append(chunk, offset, payload);
    return this.#complete(chunk, length === 0 ? EMPTY : ownBytes(payload));
  }

  /** Reports the change of memory since the last report. */
  reportMemory(): void {
    const change = this.#memory - this.#reportedMemory;
    if (change === 0) return;
    this.#reportedMemory = this.#memory;
    this.#onMemory?.(change);
  }

  /** Adds payload at an offset of a message. Returns the message if that completes it. */
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

  /** Counts and discards partial messages at the end of the input. */
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
