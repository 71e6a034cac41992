/**
 * What is remembered of a chunk stream from one of its headers to the next.
 *
 * @module
 */

import { readUint32 } from "../bytes/integers.ts";
import type { RtmpChunk } from "./chunk.ts";

/** The state of one chunk stream, as the headers of types 1 to 3 build on it. */
export class ChunkStream {
  readonly chunkStreamId: number;
  messageStreamId = 0;
  typeId = 0;
  /** Bytes in the message that began last. */
  length = 0;
  /** The absolute time of the message that began last. */
  timestamp = 0;
  /** What a type 3 header that begins a message adds to the time. */
  delta = 0;
  /** The type of the chunk that came last. */
  format = 0;
  /** Payload bytes of the unfinished message; 0 when none is unfinished. */
  received = 0;
  /** The body of an unfinished Set Chunk Size or Abort message, as far as it has come. */
  controlValue = 0;
  /** The last header that had a time field sent it in 32 bits, this value. */
  extendedField: number | undefined;
  /** Whether this sender repeats the extended timestamp in type 3; unknown at first. */
  #repeatsTimestamp: boolean | undefined;

  constructor(chunkStreamId: number) {
    this.chunkStreamId = chunkStreamId;
  }

  /** The chunk of this payload, which comes after what has been received of its message. */
  chunk(payload: Uint8Array): RtmpChunk {
    const { format, chunkStreamId, messageStreamId, typeId, timestamp, length, received } = this;
    const offset = received;
    return { format, chunkStreamId, messageStreamId, typeId, timestamp, length, offset, payload };
  }

  /**
   * The size of the extended timestamp at `at`, after a type 3 basic header: 0 or 4 bytes, or
   * `undefined` while more bytes are needed to decide.
   *
   * Section 5.3.1.3 wants the four bytes repeated. Most senders do it, some write zeros there, old
   * ones leave them out. So the first bytes that can be told apart decide for the rest of the chunk
   * stream: a known time says "repeats", zeros are taken and decide nothing, anything else is
   * payload.
   */
  extendedSize(bytes: Uint8Array, at: number): 0 | 4 | undefined {
    if (this.extendedField === undefined || this.#repeatsTimestamp === false) return 0;
    if (this.#repeatsTimestamp) return 4;
    const before = this.timestamp;
    const after = this.received ? before : (before + this.delta) >>> 0;
    const repeated = [this.extendedField, before, after];
    if (bytes.length - at < 4) {
      if ([0, ...repeated].some((time) => beginsWith(bytes, at, time))) return undefined;
      this.#repeatsTimestamp = false;
      return 0;
    }
    const found = readUint32(bytes, at);
    if (found === 0) return 4;
    this.#repeatsTimestamp = repeated.includes(found);
    return this.#repeatsTimestamp ? 4 : 0;
  }
}

/** Whether the bytes from `at` to their end could be the beginning of `time` in 32 bits. */
function beginsWith(bytes: Uint8Array, at: number, time: number): boolean {
  for (let shift = 24; at < bytes.length; at++, shift -= 8) {
    if (bytes[at] !== (time >>> shift & 0xff)) return false;
  }
  return true;
}
