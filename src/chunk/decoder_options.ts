/**
 * The options of a chunk decoder.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import {
  checkChunkSize,
  DEFAULT_MAX_CHUNK_STREAMS,
  DEFAULT_MAX_PARTIAL_BYTES,
  LARGEST_MESSAGE,
} from "./chunk.ts";

/** Options of {@linkcode RtmpChunkDecoderStream}. */
export interface RtmpChunkDecoderOptions {
  /**
   * Payload bytes in a chunk until the peer's first Set Chunk Size: 1 to 2^31 - 1, 128 by default.
   */
  chunkSize?: number;
  /** The largest message accepted, in bytes: 1 to 16,777,215, the default and all a header can say. */
  maxMessageSize?: number;
  /** The most chunk streams that the peer may use: 1 or more, 256 by default. */
  maxChunkStreams?: number;
  /** The most bytes in partial messages: 1 or more, 24 MiB by default. */
  maxPartialBytes?: number;
  /** The counts to which bytes and chunks are added. */
  counts?: ReceivedCounts;
  /**
   * Whether consecutive chunks of a message may be joined into one, which costs far less for small
   * chunks: `false` by default. The decoder then overwrites its input.
   */
  coalesce?: boolean;
  /** Called at each read with the number of bytes so far, on which acknowledgements depend. */
  onBytes?: (bytes: number) => void;
  /** Called with each change of the memory of an incomplete chunk, in bytes. */
  onMemory?: (change: number) => void;
}

/** The limits among the options. */
export type ChunkLimits = Required<
  Pick<
    RtmpChunkDecoderOptions,
    "chunkSize" | "maxMessageSize" | "maxChunkStreams" | "maxPartialBytes"
  >
>;

/**
 * Checks the limits among the options, and adds the default ones.
 *
 * @throws {RangeError} If one is not a whole number in its range.
 */
export function chunkLimits(options: RtmpChunkDecoderOptions): ChunkLimits {
  const {
    maxMessageSize = LARGEST_MESSAGE,
    maxChunkStreams = DEFAULT_MAX_CHUNK_STREAMS,
    maxPartialBytes = DEFAULT_MAX_PARTIAL_BYTES,
  } = options;
  return {
    chunkSize: checkChunkSize(options.chunkSize),
    maxMessageSize: checkNumber("maxMessageSize", maxMessageSize, 1, LARGEST_MESSAGE),
    maxChunkStreams: checkNumber("maxChunkStreams", maxChunkStreams, 1),
    maxPartialBytes: checkNumber("maxPartialBytes", maxPartialBytes, 1),
  };
}
