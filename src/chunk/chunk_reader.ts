/**
 * A reader of the chunks in one buffer.
 *
 * @module
 */

import { readUint24, readUint32, readUint32LittleEndian } from "../bytes/integers.ts";
import {
  ABORT,
  EXTENDED_TIMESTAMP,
  LARGEST_CHUNK_SIZE,
  MESSAGE_HEADER_SIZE,
  type RtmpChunk,
  SET_CHUNK_SIZE,
} from "./chunk.ts";
import {
  type ChunkPosition,
  interleavedMessage,
  tooLarge,
  tooManyStreams,
  tooMuchUnfinished,
  wrongChunkSize,
  wrongControlLength,
  wrongFirstHeader,
} from "./chunk_errors.ts";
import { ChunkStream } from "./chunk_stream.ts";
import { chunkLimits, type RtmpChunkDecoderOptions } from "./decoder_options.ts";

/** Receives each chunk. Its payload is a view of the input. */
export type EmitChunk = (chunk: RtmpChunk) => void;

/** Reads chunks, and keeps the state on which later headers depend. */
export class ChunkReader {
  readonly #streams = new Map<number, ChunkStream>();
  readonly #coalesce: boolean;
  readonly #maxMessageSize: number;
  readonly #maxChunkStreams: number;
  /** The most bytes in partial messages. */
  maxPartialBytes: number;
  /** The least size of the incomplete chunk at the end of the last input. */
  needed = 0;
  /** The number of chunks so far. */
  chunks = 0;
  #chunkSize: number;
  /** Bytes in partial messages. */
  #partialBytes = 0;
  /** The offset of the input's first byte in the connection. */
  #offset = 0;

  constructor(options: RtmpChunkDecoderOptions) {
    const { chunkSize, maxMessageSize, maxChunkStreams, maxPartialBytes } = chunkLimits(options);
    this.#chunkSize = chunkSize;
    this.#maxMessageSize = maxMessageSize;
    this.#maxChunkStreams = maxChunkStreams;
    this.maxPartialBytes = maxPartialBytes;
    this.#coalesce = options.coalesce ?? false;
  }

  /**
   * Emits all whole chunks and returns their size in bytes. An incomplete chunk is not consumed.
   */
  read(bytes: Uint8Array, emit: EmitChunk): number {
    let at = 0;
    while (at < bytes.length) {
      const end = this.#chunk(bytes, at, emit);
      if (end === undefined) break;
      at = end;
    }
    this.#offset += at;
    return at;
  }

  /**
   * Reads one chunk (sections 5.3.1.1 to 5.3.1.3) and returns its end, or `undefined` if it is
   * incomplete.
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
  #chunk(bytes: Uint8Array, start: number, emit: EmitChunk): number | undefined {
    const available = bytes.length - start;
    const format = bytes[start]! >> 6;
    let id = bytes[start]! & 0x3f;
    let at = start + 1;
    if (id < 2) {
      const size = id + 1;
      if (available < 1 + size) return this.#needMore(1 + size);
      id = 64 + (size === 1 ? bytes[at]! : bytes[at]! | bytes[at + 1]! << 8);
      at += size;
    }
    if (bytes.length < at + MESSAGE_HEADER_SIZE[format]!) {
      return this.#needMore(at - start + MESSAGE_HEADER_SIZE[format]!);
    }
    const stream = this.#streams.get(id) ?? this.#openStream(id, format, start);
    const startsMessage = stream.received === 0;
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
      if (!startsMessage) this.#checkContinuation(stream, format, length, start);
      extendedField = undefined;
      if (time === EXTENDED_TIMESTAMP) {
        if (bytes.length < at + 4) return this.#needMore(at - start + 4);
        time = extendedField = readUint32(bytes, at);
        at += 4;
      }
    } else if (extendedField !== undefined) {
      const size = stream.extendedSize(bytes, at);
      if (size === undefined) return this.#needMore(bytes.length - start + 1);
      at += size;
    }
    if (length > this.#maxMessageSize) {
      throw tooLarge(length, this.#maxMessageSize, this.#positionOf(start, id));
    }
    const size = Math.min(this.#chunkSize, length - stream.received);
    // The current chunk counts too: it is buffered until it is complete.
    const waiting = this.#partialBytes + size;
    if (waiting > this.maxPartialBytes) {
      throw tooMuchUnfinished(waiting, this.maxPartialBytes, this.#positionOf(start, id));
    }
    const end = at + size;
    if (bytes.length < end) return this.#needMore(end - start);

    // The chunk is complete. No state has been changed before this line.
    stream.format = format;
    stream.extendedField = extendedField;
    if (startsMessage) {
      if (format === 0) stream.delta = 0;
      else if (format < 3) stream.delta = time;
      stream.timestamp = format === 0 ? time : (stream.timestamp + stream.delta) >>> 0;
      stream.messageStreamId = messageStreamId;
      stream.typeId = typeId;
      stream.length = length;
    }
    this.chunks++;
    const isControl = stream.typeId === SET_CHUNK_SIZE || stream.typeId === ABORT;
    const joined = this.#coalesce && !isControl ? this.#join(stream, bytes, end, size) : 0;
    emit(stream.chunk(bytes.subarray(at, end + joined)));
    const headers = Math.ceil(joined / this.#chunkSize);
    this.#advance(stream, size + joined);
    if (isControl) this.#applyControl(stream, bytes, at, end, start);
    return end + headers + joined;
  }

  /**
   * Joins the chunks at `start` that continue the message of `stream` in the simplest form, a type 3
   * header of one byte: their payloads are moved to `start`. Returns the number of their bytes. A
   * chunk that exceeds a limit is not joined.
   *
   * @param size Payload bytes of the chunk before `start`.
   */
  #join(stream: ChunkStream, bytes: Uint8Array, start: number, size: number): number {
    const most = Math.min(
      stream.length - stream.received - size,
      this.maxPartialBytes - this.#partialBytes - size,
    );
    if (most <= 0 || stream.chunkStreamId > 63 || stream.extendedField !== undefined) return 0;
    const header = 3 << 6 | stream.chunkStreamId;
    const isWhole = most === stream.length - stream.received - size;
    let joined = 0;
    for (let at = start; joined < most && bytes[at] === header; this.chunks++) {
      const part = Math.min(this.#chunkSize, most - joined);
      if (at + 1 + part > bytes.length || (part < this.#chunkSize && !isWhole)) break;
      bytes.copyWithin(start + joined, at + 1, at + 1 + part);
      joined += part;
      at += 1 + part;
    }
    return joined;
  }

  #needMore(needed: number): undefined {
    this.needed = needed;
  }

  #positionOf(at: number, chunkStreamId: number): ChunkPosition {
    return { byteOffset: this.#offset + at, chunkStreamId };
  }

  /** Opens a chunk stream. Type 1 is accepted first too: librtmp uses it to answer a ping. */
  #openStream(id: number, format: number, start: number): ChunkStream {
    if (format > 1) throw wrongFirstHeader(format, this.#positionOf(start, id));
    if (this.#streams.size >= this.#maxChunkStreams) {
      throw tooManyStreams(this.#maxChunkStreams, this.#positionOf(start, id));
    }
    const stream = new ChunkStream(id);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Inside a message, type 1 or 2 is accepted instead of type 3 if the length is the same. */
  #checkContinuation(stream: ChunkStream, format: number, length: number, start: number): void {
    if (format > 0 && length === stream.length) return;
    throw interleavedMessage(stream, format, length, this.#positionOf(start, stream.chunkStreamId));
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
  #applyControl(
    stream: ChunkStream,
    bytes: Uint8Array,
    at: number,
    end: number,
    start: number,
  ): void {
    for (; at < end; at++) stream.controlValue = (stream.controlValue << 8 | bytes[at]!) >>> 0;
    if (stream.received > 0) return;
    const value = stream.controlValue;
    stream.controlValue = 0;
    const position = this.#positionOf(start, stream.chunkStreamId);
    if (stream.length !== 4) throw wrongControlLength(stream, position);
    if (stream.typeId === ABORT) return this.#abort(value);
    if (value === 0 || value > LARGEST_CHUNK_SIZE) throw wrongChunkSize(value, position);
    this.#chunkSize = value;
  }

  #abort(chunkStreamId: number): void {
    const stream = this.#streams.get(chunkStreamId);
    if (!stream) return;
    this.#partialBytes -= stream.received;
    stream.received = 0;
    stream.controlValue = 0;
  }
}
