/**
 * What can be wrong with a chunk, in words.
 *
 * @module
 */

import { RtmpChunkError, RtmpLimitError } from "../errors.ts";
import { ABORT, LARGEST_CHUNK_SIZE } from "./chunk.ts";
import type { ChunkStream } from "./chunk_stream.ts";

/** Where a chunk stands that is wrong. */
export interface ChunkPosition {
  byteOffset: number;
  chunkStreamId: number;
}

/** A chunk stream begins with a header that builds on one before. */
export function wrongFirstHeader(format: number, position: ChunkPosition): RtmpChunkError {
  return new RtmpChunkError("Cannot read a chunk header", {
    read: `type ${format} as the first of its chunk stream`,
    expected: "type 0 or 1",
    ...position,
  });
}

/** A message begins inside another of its chunk stream. */
export function interleavedMessage(
  { received, length }: ChunkStream,
  format: number,
  announced: number,
  position: ChunkPosition,
): RtmpChunkError {
  return new RtmpChunkError("Cannot begin a message inside another", {
    read: `a type ${format} header that announces ${announced} bytes`,
    expected: `type 3, after ${received} of ${length} bytes`,
    ...position,
  });
}

/** The body of a Set Chunk Size or an Abort message has another length than it must have. */
export function wrongControlLength(
  { typeId, length }: ChunkStream,
  position: ChunkPosition,
): RtmpChunkError {
  const what = typeId === ABORT ? "an Abort" : "a Set Chunk Size";
  return new RtmpChunkError(`Cannot read ${what} message`, {
    read: `a body of ${length} bytes`,
    expected: "4 bytes",
    ...position,
  });
}

/** The peer announces chunks of a size that there is not. */
export function wrongChunkSize(size: number, position: ChunkPosition): RtmpChunkError {
  return new RtmpChunkError("Cannot set the chunk size", {
    read: `${size}`,
    expected: `1 to ${LARGEST_CHUNK_SIZE}`,
    ...position,
  });
}

/** The peer opens more chunk streams than it may. */
export function tooManyStreams(limit: number, position: ChunkPosition): RtmpLimitError {
  return new RtmpLimitError("Cannot open one more chunk stream", {
    read: `a header of chunk stream ${position.chunkStreamId}`,
    expected: `at most ${limit} chunk streams`,
    ...position,
  });
}

/** The peer announces a message that is larger than it may be. */
export function tooLarge(length: number, limit: number, position: ChunkPosition): RtmpLimitError {
  return new RtmpLimitError("Cannot take a message of this size", {
    read: `a length of ${length} bytes`,
    expected: `at most ${limit}`,
    ...position,
  });
}

/** The peer leaves more unfinished than it may. */
export function tooMuchUnfinished(
  bytes: number,
  limit: number,
  position: ChunkPosition,
): RtmpLimitError {
  return new RtmpLimitError("Cannot keep so many bytes of unfinished messages", {
    read: `${bytes} bytes`,
    expected: `at most ${limit}`,
    ...position,
  });
}
