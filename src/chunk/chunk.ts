/**
 * The chunk, and constants of the chunk format.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";

/**
 * One chunk: a piece of a message, with all header fields. Those that the header does not send come
 * from earlier headers of its chunk stream (RTMP 1.0, section 5.3.1).
 */
export interface RtmpChunk {
  /**
   * The chunk type, 0 to 3, which says how much of the message header was sent (section 5.3.1.2).
   */
  format: number;
  /** The chunk stream: 2 to 65599 (section 5.3.1.1). */
  chunkStreamId: number;
  /** The message stream of the message. */
  messageStreamId: number;
  /** The type of the message. */
  typeId: number;
  /** The absolute time of the message in milliseconds, 32 bits, wrapping. */
  timestamp: number;
  /** Bytes in the whole message. */
  length: number;
  /** Bytes of the message before this chunk: 0 for its first chunk. */
  offset: number;
  /**
   * The chunk's part of the message. A reader gets it in memory of its own. An
   * `OrderedTransformStream` into which chunks are piped gets a view of the written bytes, and has
   * to copy it to keep it.
   */
  payload: Uint8Array;
}

/** The chunk size until a Set Chunk Size message: 128 (section 5.4.1). */
export const DEFAULT_CHUNK_SIZE = 128;

/** The largest message, in bytes: the length field has 24 bits (section 5.3.1.2.1). */
export const LARGEST_MESSAGE = 0xffffff;

/** The largest chunk size: 31 bits (section 5.4.1). */
export const LARGEST_CHUNK_SIZE = 0x7fffffff;

/** The largest chunk stream id: 64 plus the maximum of 16 bits (section 5.3.1.1). */
export const LARGEST_CHUNK_STREAM_ID = 65599;

/** The message type that sets the chunk size of its direction (section 5.4.1). */
export const SET_CHUNK_SIZE = 1;

/** The message type that cancels the partial message of a chunk stream (section 5.4.2). */
export const ABORT = 2;

/** The value of the 24-bit time field if an extended timestamp follows (section 5.3.1.3). */
export const EXTENDED_TIMESTAMP = 0xffffff;

/**
 * The most chunk streams of one connection. Encoders use up to 8, and the busiest known test suite
 * just over a hundred. Each costs some 100 bytes.
 */
export const DEFAULT_MAX_CHUNK_STREAMS = 256;

/** The most bytes in partial messages of one connection: one and a half of the largest messages. */
export const DEFAULT_MAX_PARTIAL_BYTES = 24 * 1024 * 1024;

/** The size of the message header in bytes, by chunk type (sections 5.3.1.2.1 to 5.3.1.2.4). */
export const MESSAGE_HEADER_SIZE: readonly number[] = [11, 7, 3, 0];

/**
 * Checks a chunk size that a program has set.
 *
 * @throws {RangeError} If it is not a whole number from 1 to 2^31 - 1.
 */
export function checkChunkSize(size: number = DEFAULT_CHUNK_SIZE): number {
  return checkNumber("chunkSize", size, 1, LARGEST_CHUNK_SIZE);
}
