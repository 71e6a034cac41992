/**
 * Chunks in, whole messages out.
 *
 * @module
 */

import { readUint32 } from "../bytes/integers.ts";
import type { RtmpChunk } from "../chunk/chunk.ts";
import type { ChunkStream } from "../chunk/chunk_stream.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { MessageType, type RtmpMessage } from "./message.ts";

/** What a {@linkcode RtmpMessageDecoderStream} can be told. */
export interface RtmpMessageDecoderOptions {
  /** Where messages are counted. */
  counts?: ReceivedCounts;
}

/** The head of a message, as every chunk of it carries it. */
type MessageHeader = Omit<RtmpChunk, "format" | "offset" | "payload">;

/**
 * Encoders have a message or two unfinished at a time, and few are larger than this. So many get so
 * much of the memory that they announce; all beyond is taken as bytes come.
 */
const USUAL_PARTIALS = 4;
const USUAL_RESERVE = 128 * 1024;

/** Bytes that are reserved at once for a message beside those. */
const FIRST_RESERVE = 16 * 1024;

/** The payload of every empty message: a flood of them must not cost memory for each. */
const NOTHING = new Uint8Array(0);

/** A message that is not all there yet. */
interface Partial {
  memory: Uint8Array;
  length: number;
}

/**
 * Puts the chunks of each chunk stream together to messages. What it holds in unfinished messages
 * is bounded by whoever cuts the chunks ({@linkcode RtmpChunkDecoderOptions.maxPartialBytes}), and
 * memory is taken as bytes come, not as a header announces.
 */
export class MessageDecoder {
  readonly #partials = new Map<number, Partial>();
  readonly #counts: ReceivedCounts;

  constructor(options: RtmpMessageDecoderOptions = {}) {
    this.#counts = options.counts ?? new ReceivedCounts();
  }

  /** Takes the next chunk of the connection and returns the message that it completes, if any. */
  decode(chunk: RtmpChunk): RtmpMessage | undefined {
    const { payload, offset } = chunk;
    if (payload.length === chunk.length) return this.#whole(chunk, owned(payload));
    return this.#append(chunk, offset, payload);
  }

  /**
   * The same for a chunk that lies in memory which is written to again: `stream` is the state of its
   * chunk stream, as a {@linkcode ChunkSink} is given it.
   */
  add(stream: ChunkStream, bytes: Uint8Array, from: number, to: number): RtmpMessage | undefined {
    if (to - from < stream.length) {
      return this.#append(stream, stream.received, bytes.subarray(from, to));
    }
    return this.#whole(stream, from === to ? NOTHING : bytes.slice(from, to));
  }

  #append(header: MessageHeader, offset: number, payload: Uint8Array): RtmpMessage | undefined {
    const { chunkStreamId, length } = header;
    if (offset === 0) this.#discard(chunkStreamId, "aborted-message");
    const partial = this.#partials.get(chunkStreamId) ?? this.#begin(chunkStreamId, length);
    append(partial, payload, length);
    if (partial.length < length) return undefined;
    this.#partials.delete(chunkStreamId);
    return this.#whole(header, partial.memory);
  }

  /** Counts what is unfinished when no more chunks come. */
  end(): void {
    for (const id of [...this.#partials.keys()]) this.#discard(id, "incomplete-message");
  }

  #begin(chunkStreamId: number, length: number): Partial {
    const reserve = this.#partials.size < USUAL_PARTIALS ? USUAL_RESERVE : FIRST_RESERVE;
    const partial = { memory: new Uint8Array(Math.min(length, reserve)), length: 0 };
    this.#partials.set(chunkStreamId, partial);
    return partial;
  }

  #whole(header: MessageHeader, payload: Uint8Array): RtmpMessage {
    this.#counts.messages++;
    const { chunkStreamId, messageStreamId, typeId, timestamp } = header;
    if (typeId === MessageType.Abort && payload.length === 4) {
      this.#discard(readUint32(payload, 0), "aborted-message");
    }
    return { chunkStreamId, messageStreamId, typeId, timestamp, payload };
  }

  #discard(chunkStreamId: number, reason: "aborted-message" | "incomplete-message"): void {
    if (this.#partials.delete(chunkStreamId)) this.#counts.discard(reason);
  }
}

/** Adds bytes to a message of `length` bytes; when they are all there, the memory is just theirs. */
function append(partial: Partial, payload: Uint8Array, length: number): void {
  const needed = partial.length + payload.length;
  if (needed > partial.memory.length) {
    const memory = new Uint8Array(Math.min(length, Math.max(FIRST_RESERVE, 2 * needed)));
    memory.set(partial.memory.subarray(0, partial.length));
    partial.memory = memory;
  }
  partial.memory.set(payload, partial.length);
  partial.length = needed;
}

/**
 * The payload in memory that it does not share with much else, since it may be kept for long: a
 * view of a network read would keep the whole read alive.
 */
function owned(payload: Uint8Array): Uint8Array {
  if (payload.length === 0) return NOTHING;
  return payload.length > payload.buffer.byteLength * 3 / 4 ? payload : payload.slice();
}
