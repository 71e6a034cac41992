/**
 * The chunk decoder: bytes in, chunks out.
 *
 * @module
 */

import { ContinuousBuffer } from "../bytes/continuous_buffer.ts";
import { checkNumber } from "../check_number.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { ChunkReader, type EmitChunk } from "./chunk_reader.ts";
import type { RtmpChunkDecoderOptions } from "./decoder_options.ts";

/**
 * Decodes the bytes of a connection into chunks (RTMP 1.0, section 5.3.1), however the network has
 * split them. Only whole chunks are emitted; remaining bytes are kept for the next call.
 */
export class ChunkDecoder {
  readonly #reader: ChunkReader;
  readonly #tail = new ContinuousBuffer();
  readonly #counts: ReceivedCounts;
  readonly #onBytes: ((bytes: number) => void) | undefined;
  readonly #onMemory: ((change: number) => void) | undefined;
  /** Bytes of memory reported to `onMemory` so far. */
  #reportedMemory = 0;

  constructor(options: RtmpChunkDecoderOptions = {}) {
    this.#reader = new ChunkReader(options);
    this.#counts = options.counts ?? new ReceivedCounts();
    this.#onBytes = options.onBytes;
    this.#onMemory = options.onMemory;
  }

  /** The most bytes in partial messages. */
  get maxPartialBytes(): number {
    return this.#reader.maxPartialBytes;
  }

  set maxPartialBytes(bytes: number) {
    this.#reader.maxPartialBytes = checkNumber("maxPartialBytes", bytes, 1);
  }

  /**
   * Emits each chunk that `bytes` completes. It throws if the input is invalid, after it has
   * emitted all earlier chunks; then it cannot continue.
   */
  decode(bytes: Uint8Array, emit: EmitChunk): void {
    this.#counts.bytes += bytes.length;
    this.#onBytes?.(this.#counts.bytes);
    const before = this.#reader.chunks;
    try {
      this.#decode(bytes, emit);
    } catch (error) {
      // Invalid bytes are not an incomplete chunk: no further bytes can complete them.
      this.#tail.clear();
      throw error;
    } finally {
      this.#counts.chunks += this.#reader.chunks - before;
      this.#reportMemory();
    }
  }

  /** Counts the incomplete chunk at the end of the input, and frees its memory. */
  end(): void {
    if (this.#tail.length > 0) this.#counts.discard("incomplete-chunk");
    this.#tail.release();
    this.#reportMemory();
  }

  #decode(bytes: Uint8Array, emit: EmitChunk): void {
    let rest = bytes;
    // Only the missing bytes of the incomplete chunk are copied; all others are read in place.
    while (this.#tail.length > 0 && rest.length > 0) {
      rest = rest.subarray(this.#tail.fill(rest, this.#reader.needed));
      if (this.#tail.length < this.#reader.needed) return;
      const joined = this.#tail.bytes;
      const used = this.#reader.read(joined, emit);
      if (used > 0) this.#keep(joined, used);
    }
    if (rest.length > 0) this.#keep(rest, this.#reader.read(rest, emit));
  }

  /** Keeps the unused rest of `bytes` as the tail. */
  #keep(bytes: Uint8Array, used: number): void {
    this.#tail.clear();
    if (used < bytes.length) this.#tail.fill(bytes.subarray(used), this.#reader.needed);
  }

  #reportMemory(): void {
    const change = this.#tail.capacity - this.#reportedMemory;
    if (change === 0) return;
    this.#reportedMemory += change;
    this.#onMemory?.(change);
  }
}
