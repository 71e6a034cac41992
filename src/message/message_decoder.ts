/**
 * Chunks in, whole messages out.
 *
 * @module
 */

import { toBytes } from "../bytes/byte_source.ts";
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

/** Bytes that a message may reserve when no larger one has come before it. */
const FIRST_RESERVE = 16 * 1024;

/**
 * Encoders have a message or two unfinished at a time. So many may reserve as much as the largest
 * message took that really came before, if it was no larger than this; all beyond is taken as bytes
 * come: a peer can begin hundreds, with a byte of each.
 */
const USUAL_UNFINISHED = 4;
const LARGEST_RESERVE = 1024 * 1024;

/** The payload of every empty message: a flood of them must not cost memory for each. */
const NOTHING = new Uint8Array(0);

/** A message that is not all there yet. */
interface Unfinished {
  memory: Uint8Array;
  length: number;
}

/**
 * Puts the chunks of each chunk stream together to messages. What it holds in unfinished messages
 * is bounded by the decoder of chunks ({@linkcode RtmpChunkDecoderOptions.maxPartialBytes}), and
 * memory is taken as bytes come, not as a header announces.
 */
export class MessageDecoder {
  readonly #unfinished = new Map<number, Unfinished>();
  readonly #counts: ReceivedCounts;
  /** Bytes that a message may reserve before they have come. */
  #reserve = FIRST_RESERVE;

  constructor(options: RtmpMessageDecoderOptions = {}) {
    this.#counts = options.counts ?? new ReceivedCounts();
  }

  /** Takes the next chunk of the connection and returns the message that it completes, if any. */
  decode(chunk: RtmpChunk): RtmpMessage | undefined {
    const { offset, length } = chunk;
    const payload = toBytes(chunk.payload, "the payload of a chunk");
    if (payload.length === length) return this.#whole(chunk, owned(payload));
    const unfinished = this.#messageOf(chunk, offset);
    append(unfinished, payload, length);
    return this.#complete(chunk, unfinished);
  }

  /**
   * The same for a chunk that lies in memory which is written to again, as a {@linkcode ChunkSink} is
   * given it.
   */
  add(stream: ChunkStream, bytes: Uint8Array, from: number, to: number): RtmpMessage | undefined {
    const { received, length } = stream;
    if (to - from === length) {
      return this.#whole(stream, length === 0 ? NOTHING : bytes.slice(from, to));
    }
    const unfinished = this.#messageOf(stream, received);
    append(unfinished, bytes.subarray(from, to), length);
    return this.#complete(stream, unfinished);
  }

  /** The message of a chunk that begins `offset` bytes into it. */
  #messageOf({ chunkStreamId, length }: MessageHeader, offset: number): Unfinished {
    if (offset === 0) this.#discard(chunkStreamId, "aborted-message");
    return this.#unfinished.get(chunkStreamId) ?? this.#begin(chunkStreamId, length);
  }

  #complete(header: MessageHeader, unfinished: Unfinished): RtmpMessage | undefined {
    const { chunkStreamId, length } = header;
    if (unfinished.length < length) return undefined;
    this.#unfinished.delete(chunkStreamId);
    if (length > this.#reserve) this.#reserve = Math.min(length, LARGEST_RESERVE);
    return this.#whole(header, unfinished.memory);
  }

  /** Counts what is unfinished when no more chunks come. */
  end(): void {
    for (const id of [...this.#unfinished.keys()]) this.#discard(id, "incomplete-message");
  }

  #begin(chunkStreamId: number, length: number): Unfinished {
    const reserve = this.#unfinished.size < USUAL_UNFINISHED ? this.#reserve : 0;
    const unfinished = { memory: new Uint8Array(Math.min(length, reserve)), length: 0 };
    this.#unfinished.set(chunkStreamId, unfinished);
    return unfinished;
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
    if (this.#unfinished.delete(chunkStreamId)) this.#counts.discard(reason);
  }
}

/** Adds bytes to a message of `length` bytes; when they are all there, the memory is just theirs. */
function append(unfinished: Unfinished, payload: Uint8Array, length: number): void {
  const needed = unfinished.length + payload.length;
  if (needed > unfinished.memory.length) {
    const memory = new Uint8Array(Math.min(length, 2 * needed));
    memory.set(unfinished.memory.subarray(0, unfinished.length));
    unfinished.memory = memory;
  }
  unfinished.memory.set(payload, unfinished.length);
  unfinished.length = needed;
}

/**
 * The payload in memory that it does not share with much else, since it may be kept for long: a
 * view of a network read would keep the whole read alive.
 */
function owned(payload: Uint8Array): Uint8Array {
  return payload.length > payload.buffer.byteLength * 3 / 4 ? payload : payload.slice();
}
