/**
 * Limits on what a peer may send or hold, with defaults.
 *
 * @module
 */

import { checkNumber, MAX_TIMEOUT } from "../check_number.ts";
import {
  DEFAULT_MAX_CHUNK_STREAMS,
  DEFAULT_MAX_PARTIAL_BYTES,
  LARGEST_MESSAGE,
} from "../chunk/chunk.ts";

/**
 * The limits on peers. A peer that exceeds one is disconnected. Each is a whole number above 0;
 * times are at most 2^31 - 1 ms.
 */
export interface RtmpLimits {
  /** Bytes in the largest message: up to 16,777,215, the default and the maximum of the format. */
  maxMessageSize: number;
  /** Bytes in partial messages of a connection: 24 MiB. */
  maxPartialBytes: number;
  /**
   * Bytes of memory for partial messages of all connections together: 256 MiB. A thousand
   * publishers of 6 Mbit/s need about 50 MiB. Beyond the limit, the peer with the most is
   * disconnected.
   */
  maxTotalPartialBytes: number;
  /** Chunk streams of a connection: 256; the encoders in use need up to 8. */
  maxChunkStreams: number;
  /**
   * Message streams of a connection, and publications of it on which the application has not
   * decided: 32. No known peer uses more than a few.
   */
  maxMessageStreams: number;
  /** Bytes in the largest command: 65,536; the longest seen are `connect`s with tokens, about 4 KiB. */
  maxCommandSize: number;
  /** The deepest nesting of the values in a command: 32 levels. */
  maxAmfDepth: number;
  /** Values in a command, including nested ones: 4096. */
  maxAmfElements: number;
  /** Characters in an app, a URL or a stream name with its parameters: 4096. */
  maxNameLength: number;
  /** Peers that may be connected at once: 1000. */
  maxConnections: number;
  /**
   * Peers that may be connected at once from one address, or from one IPv6 network with a 64-bit
   * prefix: 500, so that none can use all connections.
   */
  maxConnectionsPerAddress: number;
  /** Milliseconds that a handshake may take: 10,000. */
  handshakeTimeout: number;
  /** Milliseconds from the handshake, or from the end of a stream, to the next one: 60,000. */
  startTimeout: number;
  /** Milliseconds for which a peer may send nothing, or read nothing: 30,000. */
  timeout: number;
  /**
   * The timeout of a player that has paused, in milliseconds: 600,000. Such a player reads nothing,
   * not even pings. `timeout` applies if it is longer.
   */
  pauseTimeout: number;
}

/** The default limits. */
export const DEFAULT_LIMITS: Readonly<RtmpLimits> = {
  maxMessageSize: LARGEST_MESSAGE,
  maxPartialBytes: DEFAULT_MAX_PARTIAL_BYTES,
  maxTotalPartialBytes: 256 * 1024 * 1024,
  maxChunkStreams: DEFAULT_MAX_CHUNK_STREAMS,
  maxMessageStreams: 32,
  maxCommandSize: 64 * 1024,
  maxAmfDepth: 32,
  maxAmfElements: 4096,
  maxNameLength: 4096,
  maxConnections: 1000,
  maxConnectionsPerAddress: 500,
  handshakeTimeout: 10_000,
  startTimeout: 60_000,
  timeout: 30_000,
  pauseTimeout: 600_000,
};

/** The largest values of limits that have one. */
const LARGEST: Partial<RtmpLimits> = {
  maxMessageSize: LARGEST_MESSAGE,
  handshakeTimeout: MAX_TIMEOUT,
  startTimeout: MAX_TIMEOUT,
  timeout: MAX_TIMEOUT,
  pauseTimeout: MAX_TIMEOUT,
};

/**
 * Checks the limits among the options, and adds the default ones.
 *
 * @throws {RangeError} If one is not a whole number above 0, or too large.
 */
export function completeLimits(options: Partial<RtmpLimits>): RtmpLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(limits) as (keyof RtmpLimits)[]) {
    const { [name]: given = limits[name] } = options;
    limits[name] = checkNumber(name, given, 1, LARGEST[name]);
  }
  return limits;
}
