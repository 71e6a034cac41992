/**
 * What a chunk is, and the limits on chunks.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";

/**
 * One chunk: a piece of a message, with everything its header says or leaves to be remembered from
 * the headers before it (RTMP 1.0, section 5.3.1).
 */
export interface RtmpChunk {
  /** The chunk type, 0 to 3: how much of the header was sent (section 5.3.1.2). */
  format: number;
  /** 2 to 65599 (section 5.3.1.1). */
  chunkStreamId: number;
  /** The message stream of its message. */
  messageStreamId: number;
  /** The type of its message. */
  typeId: number;
  /** The absolute time of its message in milliseconds, 32 bits, wrapping. */
  timestamp: number;
  /** Bytes in its whole message. */
  length: number;
  /** Bytes of its message that came before it: 0 begins a message. */
  offset: number;
  /**
   * Its part of the message. A reader has it in memory of its own; an `OrderedTransformStream` that
   * chunks are piped into, as a view of the bytes that were written, to be copied if it is kept.
   */
  payload: Uint8Array;
}

/** What the two ends of a chunk connection agree on before anything is said: 128 (section 5.4.1). */
const DEFAULT_CHUNK_SIZE = 128;

/** The largest message that a header can announce: 24 bits (section 5.3.1.2.1). */
export const LARGEST_MESSAGE = 0xffffff;

/** The largest chunk size: 31 bits (section 5.4.1). */
export const LARGEST_CHUNK_SIZE = 0x7fffffff;

/** The largest chunk stream id: 64 and what two bytes hold (section 5.3.1.1). */
export const LARGEST_CHUNK_STREAM_ID = 65599;

/** The message type that sets the chunk size of its direction (section 5.4.1). */
export const SET_CHUNK_SIZE = 1;

/** The message type that takes back the unfinished message of a chunk stream (section 5.4.2). */
export const ABORT = 2;

/** Stands in the 24-bit time field when the time follows in 32 bits (section 5.3.1.3). */
export const EXTENDED_TIMESTAMP = 0xffffff;

/**
 * Chunk streams that one connection may use. The encoders in use need up to 8, the busiest known
 * test suite a good hundred; each costs some 100 bytes.
 */
export const DEFAULT_MAX_CHUNK_STREAMS = 256;

/** Bytes that may wait in unfinished messages of one connection: one of the largest and a half. */
export const DEFAULT_MAX_PARTIAL_BYTES = 24 * 1024 * 1024;

/** Bytes of the message header by chunk type (sections 5.3.1.2.1 to 5.3.1.2.4). */
export const MESSAGE_HEADER_SIZE: readonly number[] = [11, 7, 3, 0];

/**
 * Checks a chunk size that a program has set.
 *
 * @throws {RangeError} If it is not a whole number from 1 to 2^31 - 1.
 */
export function checkChunkSize(size: number = DEFAULT_CHUNK_SIZE): number {
  return checkNumber("chunkSize", size, 1, LARGEST_CHUNK_SIZE);
}
