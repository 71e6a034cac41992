/**
 * What a case of the conformance tables looks like.
 *
 * @module
 */

import type { RtmpChunkError } from "../../src/errors.ts";

/** A whole message: chunk stream, message stream, type, time, payload in hexadecimal digits. */
export type ExpectedMessage = [number, number, number, number, string];

/** One case: bytes in hexadecimal digits, and what has to come of them. */
export interface ChunkRow {
  section: string;
  name: string;
  bytes: string;
  messages: ExpectedMessage[];
  /** The class of the error behind the messages, if there is one. */
  error?: typeof RtmpChunkError;
  /** The chunk size at the beginning, if it is not 128. */
  chunkSize?: number;
}
