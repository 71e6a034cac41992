/**
 * Bytes in, chunks out: the loop that everything received goes through.
 *
 * @module
 */

import { ContinuousBuffer } from "../bytes/continuous_buffer.ts";
import { checkNumber } from "../check_number.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { ChunkReader, type EmitChunk } from "./chunk_reader.ts";
import type { RtmpChunkDecoderOptions } from "./decoder_options.ts";

/**
 * Cuts a connection's bytes into its chunks (RTMP 1.0, section 5.3.1), however the network has cut
 * them. A chunk is emitted when it is whole; what is left of the bytes waits for the next call.
 */
export class ChunkDecoder {
  readonly #reader: ChunkReader;
  readonly #tail = new ContinuousBuffer();
  readonly #counts: ReceivedCounts;
  readonly #onBytes: ((bytes: number) => void) | undefined;
  readonly #onMemory: ((change: number) => void) | undefined;
  /** Bytes of memory that `onMemory` has been told of. */
  #reportedMemory = 0;

  constructor(options: RtmpChunkDecoderOptions = {}) {
    this.#reader = new ChunkReader(options);
    this.#counts = options.counts ?? new ReceivedCounts();
    this.#onBytes = options.onBytes;
    this.#onMemory = options.onMemory;
  }

  /** How many bytes may wait in unfinished messages. */
  get maxPartialBytes(): number {
    return this.#reader.maxPartialBytes;
  }

  set maxPartialBytes(bytes: number) {
    this.#reader.maxPartialBytes = checkNumber("maxPartialBytes", bytes, 1);
  }

  /**
   * Emits every chunk that `bytes` completes. It throws when the input is not valid, after all
   * chunks before that; then it cannot continue.
   */
  decode(bytes: Uint8Array, emit: EmitChunk): void {
    this.#counts.bytes += bytes.length;
    this.#onBytes?.(this.#counts.bytes);
    const before = this.#reader.chunks;
    try {
      this.#decode(bytes, emit);
    } catch (error) {
      // What broke the layer is not unfinished: no more bytes would have made a chunk of it.
      this.#tail.clear();
      throw error;
    } finally {
      this.#counts.chunks += this.#reader.chunks - before;
      this.#reportMemory();
    }
  }

  /** Counts what is left when no more bytes come, and gives its memory back. */
  end(): void {
    if (this.#tail.length > 0) this.#counts.discard("incomplete-chunk");
    this.#tail.release();
    this.#reportMemory();
  }

  #decode(bytes: Uint8Array, emit: EmitChunk): void {
    let rest = bytes;
    // Only what the unfinished chunk lacks is copied; everything else is read where it lies.
    while (this.#tail.length > 0 && rest.length > 0) {
      rest = rest.subarray(this.#tail.fill(rest, this.#reader.needed));
      if (this.#tail.length < this.#reader.needed) return;
      const joined = this.#tail.bytes;
      const used = this.#reader.read(joined, emit);
      if (used > 0) this.#keep(joined, used);
    }
    if (rest.length > 0) this.#keep(rest, this.#reader.read(rest, emit));
  }

  /** Makes what is unused of `bytes` the tail. */
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
