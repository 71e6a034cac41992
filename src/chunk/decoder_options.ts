/**
 * What a decoder of chunks can be told.
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
  /**
   * Whether chunks of one message that follow each other may come as one, which costs a fraction
   * where they are small: `false` by default. Memory that is written in is written to then.
   */
  coalesce?: boolean;
  /** Called with all bytes counted so far after each read: acknowledgements are due by them. */
  onBytes?: (bytes: number) => void;
  /** Called with how many bytes of memory more, or fewer, are taken for a chunk that is not complete. */
  onMemory?: (change: number) => void;
}

/** The limits among them. */
export type ChunkLimits = Required<
  Pick<
    RtmpChunkDecoderOptions,
    "chunkSize" | "maxMessageSize" | "maxChunkStreams" | "maxPartialBytes"
  >
>;

/**
 * The limits among some options, completed by the default ones.
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
