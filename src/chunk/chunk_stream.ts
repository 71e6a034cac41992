/**
 * The state of a chunk stream, on which its later headers depend.
 *
 * @module
 */

import { readUint32 } from "../bytes/integers.ts";
import type { RtmpChunk } from "./chunk.ts";

/**
 * The state of one chunk stream: the fields that headers of types 1 to 3 omit (section 5.3.1.2).
 */
export class ChunkStream {
  readonly chunkStreamId: number;
  messageStreamId = 0;
  typeId = 0;
  /** Bytes in the latest message. */
  length = 0;
  /** The absolute time of the latest message. */
  timestamp = 0;
  /** The timestamp delta, which a type 3 header adds at the start of a message. */
  delta = 0;
  /** The type of the latest chunk. */
  format = 0;
  /** Received payload bytes of the partial message; 0 if there is none. */
  received = 0;
  /** The received part of the body of a Set Chunk Size or Abort message. */
  controlValue = 0;
  /** The extended timestamp of the latest header with a time field; `undefined` if it had none. */
  extendedField: number | undefined;
  /**
   * Whether the sender repeats the extended timestamp in type 3 chunks; `undefined` until known.
   */
  #repeatsTimestamp: boolean | undefined;

  constructor(chunkStreamId: number) {
    this.chunkStreamId = chunkStreamId;
  }

  /** Makes the next chunk of the message, with this payload. */
  chunk(payload: Uint8Array): RtmpChunk {
    const { format, chunkStreamId, messageStreamId, typeId, timestamp, length, received } = this;
    const offset = received;
    return { format, chunkStreamId, messageStreamId, typeId, timestamp, length, offset, payload };
  }

  /**
   * The size of the extended timestamp at `at`, after a type 3 basic header: 0 or 4 bytes, or
   * `undefined` while more bytes are needed to decide.
   *
   * Section 5.3.1.3 requires the four bytes in type 3 chunks too. Most senders repeat them, some
   * write zeros, and old ones leave them out. So the first unambiguous bytes decide for the chunk
   * stream: a known time means that the sender repeats it. Zeros are skipped and decide nothing,
   * and anything else is payload.
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

/** Whether the bytes after `at` are a prefix of `time` in 32 bits. */
function beginsWith(bytes: Uint8Array, at: number, time: number): boolean {
  for (let shift = 24; at < bytes.length; at++, shift -= 8) {
    if (bytes[at] !== (time >>> shift & 0xff)) return false;
  }
  return true;
}
