/**
 * Bytes in, chunks out: the loop that everything received goes through.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import { ContinuousBuffer } from "../bytes/continuous_buffer.ts";
import { readUint24, readUint32, readUint32LittleEndian } from "../bytes/integers.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import {
  ABORT,
  checkChunkSize,
  DEFAULT_MAX_CHUNK_STREAMS,
  DEFAULT_MAX_PARTIAL_BYTES,
  EXTENDED_TIMESTAMP,
  LARGEST_CHUNK_SIZE,
  LARGEST_MESSAGE,
  MESSAGE_HEADER_SIZE,
  type RtmpChunk,
  SET_CHUNK_SIZE,
} from "./chunk.ts";
import {
  type ChunkPlace,
  messageInside,
  tooLarge,
  tooManyStreams,
  tooMuchUnfinished,
  wrongChunkSize,
  wrongControlLength,
  wrongFirstHeader,
} from "./chunk_faults.ts";
import { ChunkStream } from "./chunk_stream.ts";

/** What a {@linkcode RtmpChunkDecoderStream} can be told. */
export interface RtmpChunkDecoderOptions {
  /** Payload bytes in a chunk until the peer says otherwise: 1 to 2^31 - 1, 128 by default. */
  chunkSize?: number;
  /** The largest message accepted, in bytes: 1 to 16,777,215, the default and all a header can say. */
  maxMessageSize?: number;
  /** How many chunk streams the peer may use: 1 or more, 256 by default. */
  maxChunkStreams?: number;
  /** How many bytes may wait in unfinished messages: 1 or more, 24 MiB by default. */
  maxPartialBytes?: number;
  /** Where bytes and chunks are counted. */
  counts?: ReceivedCounts;
  /** Called with all bytes counted so far after each read: acknowledgements are due by them. */
  onBytes?: (bytes: number) => void;
}

/**
 * Is told of each chunk: the state of its chunk stream, good until the call returns, and where its
 * payload lies. `stream.received` is what came of the message before this chunk.
 */
export type ChunkSink = (stream: ChunkStream, bytes: Uint8Array, from: number, to: number) => void;

/** What a {@linkcode ChunkSink} has been given, as a chunk; its payload lies where it lay. */
export function chunkOf(
  stream: ChunkStream,
  bytes: Uint8Array,
  from: number,
  to: number,
): RtmpChunk {
  const { format, chunkStreamId, messageStreamId, typeId, timestamp, length } = stream;
  const offset = stream.received;
  const payload = bytes.subarray(from, to);
  return { format, chunkStreamId, messageStreamId, typeId, timestamp, length, offset, payload };
}

/**
 * Cuts a connection's bytes into its chunks (RTMP 1.0, section 5.3.1), however the network has cut
 * them. A chunk is given on when it is whole; what is left of the bytes waits for the next call.
 */
export class ChunkDecoder {
  readonly #streams = new Map<number, ChunkStream>();
  readonly #tail = new ContinuousBuffer();
  readonly #counts: ReceivedCounts;
  readonly #onBytes: ((bytes: number) => void) | undefined;
  readonly #maxMessageSize: number;
  readonly #maxChunkStreams: number;
  #maxPartialBytes: number;
  #chunkSize: number;
  /** Bytes in unfinished messages. */
  #partialBytes = 0;
  /** How many bytes the chunk that begins the tail has at least. */
  #needed = 0;
  /** Where the byte stands that `#run` was given first. */
  #offset = 0;

  constructor(options: RtmpChunkDecoderOptions = {}) {
    this.#chunkSize = checkChunkSize(options.chunkSize);
    const {
      maxMessageSize = LARGEST_MESSAGE,
      maxChunkStreams = DEFAULT_MAX_CHUNK_STREAMS,
      maxPartialBytes = DEFAULT_MAX_PARTIAL_BYTES,
    } = options;
    this.#maxMessageSize = checkNumber("maxMessageSize", maxMessageSize, 1, LARGEST_MESSAGE);
    this.#maxChunkStreams = checkNumber("maxChunkStreams", maxChunkStreams, 1);
    this.#maxPartialBytes = checkNumber("maxPartialBytes", maxPartialBytes, 1);
    this.#counts = options.counts ?? new ReceivedCounts();
    this.#onBytes = options.onBytes;
  }

  /**
   * Gives every chunk to `sink` that `bytes` completes. It throws when the chunk layer is broken,
   * after all chunks before that; there is no going on then.
   *
   * @param joins Whether chunks of one message may be given as one, for which `bytes` is written to:
   * of small chunks that costs a fraction.
   */
  decode(bytes: Uint8Array, sink: ChunkSink, joins = false): void {
    this.#counts.bytes += bytes.length;
    this.#onBytes?.(this.#counts.bytes);
    try {
      this.#decode(bytes, sink, joins);
    } catch (error) {
      // What broke the layer is not unfinished: no more bytes would have made a chunk of it.
      this.#tail.clear();
      throw error;
    }
  }

  /** Allows another number of bytes in unfinished messages from now on. */
  allowPartialBytes(bytes: number): void {
    this.#maxPartialBytes = bytes;
  }

  /** Bytes of memory that are taken for a chunk that is not all there. */
  get reservedBytes(): number {
    return this.#tail.capacity;
  }

  /** Counts what is left when no more bytes come, and gives its memory back. */
  end(): void {
    if (this.#tail.length > 0) this.#counts.discard("incomplete-chunk");
    this.#tail.release();
  }

  #decode(bytes: Uint8Array, sink: ChunkSink, joins: boolean): void {
    let rest = bytes;
    // Only what the unfinished chunk lacks is copied; everything else is read where it lies.
    while (this.#tail.length > 0 && rest.length > 0) {
      rest = rest.subarray(this.#tail.fill(rest, this.#needed));
      if (this.#tail.length < this.#needed) return;
      const joined = this.#tail.bytes;
      const used = this.#run(joined, sink, joins);
      if (used > 0) this.#keep(joined, used);
    }
    if (rest.length > 0) this.#keep(rest, this.#run(rest, sink, joins));
  }

  /** Makes what is unused of `bytes` the tail. */
  #keep(bytes: Uint8Array, used: number): void {
    this.#tail.clear();
    if (used < bytes.length) this.#tail.fill(bytes.subarray(used), this.#needed);
  }

  /** Reads chunks until the bytes end and returns how many bytes they had. */
  #run(bytes: Uint8Array, sink: ChunkSink, joins: boolean): number {
    let at = 0;
    while (at < bytes.length) {
      const end = this.#chunk(bytes, at, sink, joins);
      if (end === undefined) break;
      at = end;
    }
    this.#offset += at;
    return at;
  }

  /**
   * Reads one chunk and returns where it ends, or `undefined` when it is not all there.
   *
   *     basic header        format:2 id:6                        id 2 to 63
   *                         format:2 0:6 id-64:8                 id 64 to 319
   *                         format:2 1:6 id-64:16 little-endian  id 64 to 65599
   *     message header      0: timestamp:24 length:24 type:8 message stream id:32 little-endian
   *                         1: delta:24 length:24 type:8
   *                         2: delta:24
   *                         3: nothing
   *     extended timestamp  time:32, when the 24 bits before are 0xFFFFFF
   *     payload             up to the chunk size, or to the end of the message
   */
  #chunk(bytes: Uint8Array, start: number, sink: ChunkSink, joins: boolean): number | undefined {
    const available = bytes.length - start;
    const format = bytes[start]! >> 6;
    let id = bytes[start]! & 0x3f;
    let at = start + 1;
    if (id < 2) {
      const size = id + 1;
      if (available < 1 + size) return this.#lacks(1 + size);
      id = 64 + (size === 1 ? bytes[at]! : bytes[at]! | bytes[at + 1]! << 8);
      at += size;
    }
    if (bytes.length < at + MESSAGE_HEADER_SIZE[format]!) {
      return this.#lacks(at - start + MESSAGE_HEADER_SIZE[format]!);
    }
    const stream = this.#streams.get(id) ?? this.#fresh(id, format, start);
    const begins = stream.received === 0;
    let { messageStreamId, typeId, length, extendedField } = stream;
    let time = 0;
    if (format < 3) {
      time = readUint24(bytes, at);
      if (format < 2) {
        length = readUint24(bytes, at + 3);
        typeId = bytes[at + 6]!;
      }
      if (format === 0) messageStreamId = readUint32LittleEndian(bytes, at + 7);
      at += MESSAGE_HEADER_SIZE[format]!;
      if (!begins) this.#checkContinuation(stream, format, length, start);
      extendedField = undefined;
      if (time === EXTENDED_TIMESTAMP) {
        if (bytes.length < at + 4) return this.#lacks(at - start + 4);
        time = extendedField = readUint32(bytes, at);
        at += 4;
      }
    } else if (extendedField !== undefined) {
      const size = stream.extendedSize(bytes, at);
      if (size === undefined) return this.#lacks(bytes.length - start + 1);
      at += size;
    }
    if (length > this.#maxMessageSize) {
      throw tooLarge(length, this.#maxMessageSize, this.#place(start, id));
    }
    const size = Math.min(this.#chunkSize, length - stream.received);
    // All of a chunk waits until its end has come, be it the last of its message or not.
    const waiting = this.#partialBytes + size;
    if (waiting > this.#maxPartialBytes) {
      throw tooMuchUnfinished(waiting, this.#maxPartialBytes, this.#place(start, id));
    }
    const end = at + size;
    if (bytes.length < end) return this.#lacks(end - start);

    // The chunk is all there: only from here on is anything changed.
    stream.format = format;
    stream.extendedField = extendedField;
    if (begins) {
      if (format === 0) stream.delta = 0;
      else if (format < 3) stream.delta = time;
      stream.timestamp = format === 0 ? time : (stream.timestamp + stream.delta) >>> 0;
      stream.messageStreamId = messageStreamId;
      stream.typeId = typeId;
      stream.length = length;
    }
    this.#counts.chunks++;
    sink(stream, bytes, at, end);
    this.#advance(stream, size);
    if (stream.typeId === SET_CHUNK_SIZE || stream.typeId === ABORT) {
      this.#control(stream, bytes, at, end, start);
      return end;
    }
    return joins && stream.received > 0 ? this.#join(stream, bytes, end, sink) : end;
  }

  /**
   * Joins the chunks at `start` that go on with the message of `stream` in the plainest way, with a
   * type 3 header of one byte and as much payload as a chunk may have, and returns where they end.
   * The last chunk of the message, and one that passes a limit, are left.
   */
  #join(stream: ChunkStream, bytes: Uint8Array, start: number, sink: ChunkSink): number {
    if (stream.chunkStreamId > 63 || stream.extendedField !== undefined) return start;
    const header = 3 << 6 | stream.chunkStreamId;
    const size = this.#chunkSize;
    const most = Math.min(
      Math.floor((bytes.length - start) / (1 + size)),
      Math.ceil((stream.length - stream.received) / size) - 1,
      Math.floor((this.#maxPartialBytes - this.#partialBytes) / size),
    );
    let count = 0;
    let end = start;
    for (; count < most && bytes[end] === header; count++) {
      bytes.copyWithin(start + count * size, end + 1, end + 1 + size);
      end += 1 + size;
    }
    if (count === 0) return start;
    const joined = count * size;
    stream.format = 3;
    this.#counts.chunks += count;
    sink(stream, bytes, start, start + joined);
    stream.received += joined;
    this.#partialBytes += joined;
    return end;
  }

  #lacks(needed: number): undefined {
    this.#needed = needed;
  }

  #place(at: number, chunkStreamId: number): ChunkPlace {
    return { byteOffset: this.#offset + at, chunkStreamId };
  }

  /** Opens a chunk stream. librtmp begins with type 1 where it answers a ping. */
  #fresh(id: number, format: number, start: number): ChunkStream {
    if (format > 1) throw wrongFirstHeader(format, this.#place(start, id));
    if (this.#streams.size >= this.#maxChunkStreams) {
      throw tooManyStreams(this.#maxChunkStreams, this.#place(start, id));
    }
    const stream = new ChunkStream(id);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Inside a message a header of type 1 or 2 may stand for type 3 when it says the same length. */
  #checkContinuation(stream: ChunkStream, format: number, length: number, start: number): void {
    if (format > 0 && length === stream.length) return;
    throw messageInside(stream, format, length, this.#place(start, stream.chunkStreamId));
  }

  #advance(stream: ChunkStream, size: number): void {
    if (stream.received + size === stream.length) {
      this.#partialBytes -= stream.received;
      stream.received = 0;
      return;
    }
    stream.received += size;
    this.#partialBytes += size;
  }

  /** Set Chunk Size and Abort change how the next chunk is read (sections 5.4.1 and 5.4.2). */
  #control(stream: ChunkStream, bytes: Uint8Array, at: number, end: number, start: number): void {
    for (; at < end; at++) stream.control = (stream.control << 8 | bytes[at]!) >>> 0;
    if (stream.received > 0) return;
    const value = stream.control;
    stream.control = 0;
    const place = this.#place(start, stream.chunkStreamId);
    if (stream.length !== 4) throw wrongControlLength(stream, place);
    if (stream.typeId === ABORT) return this.#abort(value);
    if (value === 0 || value > LARGEST_CHUNK_SIZE) throw wrongChunkSize(value, place);
    this.#chunkSize = value;
  }

  #abort(chunkStreamId: number): void {
    const stream = this.#streams.get(chunkStreamId);
    if (!stream) return;
    this.#partialBytes -= stream.received;
    stream.received = 0;
    stream.control = 0;
  }
}
