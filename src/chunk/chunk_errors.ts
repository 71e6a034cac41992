/**
 * The errors of the chunk layer.
 *
 * @module
 */

import { RtmpChunkError, RtmpLimitError } from "../errors.ts";
import { ABORT, LARGEST_CHUNK_SIZE } from "./chunk.ts";
import type { ChunkStream } from "./chunk_stream.ts";

/** The position of an invalid chunk. */
export interface ChunkPosition {
  byteOffset: number;
  chunkStreamId: number;
}

/** The error for a chunk stream whose first header depends on an earlier one (section 5.3.1.2). */
export function wrongFirstHeader(format: number, position: ChunkPosition): RtmpChunkError {
  return new RtmpChunkError("Cannot read a chunk header", {
    read: `type ${format} as the first of its chunk stream`,
    expected: "type 0 or 1",
    ...position,
  });
}

/** The error for a message that begins inside another of the same chunk stream. */
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

/** The error for a Set Chunk Size or Abort message of the wrong length. */
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

/** The error for a chunk size that is out of range (section 5.4.1). */
export function wrongChunkSize(size: number, position: ChunkPosition): RtmpChunkError {
  return new RtmpChunkError("Cannot set the chunk size", {
    read: `${size}`,
    expected: `1 to ${LARGEST_CHUNK_SIZE}`,
    ...position,
  });
}

/** The error for a peer that opens too many chunk streams. */
export function tooManyStreams(limit: number, position: ChunkPosition): RtmpLimitError {
  return new RtmpLimitError("Cannot open one more chunk stream", {
    read: `a header of chunk stream ${position.chunkStreamId}`,
    expected: `at most ${limit} chunk streams`,
    ...position,
  });
}

/** The error for a message that exceeds the size limit. */
export function tooLarge(length: number, limit: number, position: ChunkPosition): RtmpLimitError {
  return new RtmpLimitError("Cannot take a message of this size", {
    read: `a length of ${length} bytes`,
    expected: `at most ${limit}`,
    ...position,
  });
}

/** The error for a peer whose partial messages exceed the limit. */
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
