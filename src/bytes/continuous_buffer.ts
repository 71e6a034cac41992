/**
 * A buffer for bytes that arrive in pieces and are read as one.
 *
 * @module
 */

/** Bytes reserved at once for a chunk or message that has announced more than has arrived. */
const FIRST_RESERVE = 64 * 1024 + 32;

/** Bytes allocated at a time once the first reserve is full. */
const BLOCK = 64 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * The unread tail of a byte stream, or an incomplete message.
 *
 * Announced bytes are reserved only up to a limit. After that, memory is allocated as bytes arrive,
 * in blocks of one size. It is returned to the system without waiting for the garbage collector. A
 * buffer that grows by reallocation would fragment the heap of the process. Each byte is copied at
 * most twice.
 */
export class ContinuousBuffer {
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  #capacity = 0;
  #length = 0;

  /** The number of bytes in the buffer. */
  get length(): number {
    return this.#length;
  }

  /** Allocated bytes, including those reserved for bytes that have not arrived. */
  get capacity(): number {
    return this.#capacity;
  }

  /** A view of the bytes in the first block. */
  get front(): Uint8Array<ArrayBuffer> {
    return this.#blocks[0]?.subarray(0, this.#length) ?? NOTHING;
  }

  /** A view of all bytes, valid until `fill` or `release`; `clear` leaves it valid. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#blocks.length > 1) this.#join();
    return this.front;
  }

  /**
   * Copies bytes from the start of `input` until the buffer has `target` bytes. Returns the number
   * of copied bytes.
   *
   * @param reserve Bytes to allocate at first, if `target` is not smaller.
   */
  fill(input: Uint8Array, target: number, reserve: number = FIRST_RESERVE): number {
    const taken = Math.min(input.length, target - this.#length);
    const bytes = taken === input.length ? input : input.subarray(0, taken);
    const room = this.#capacity - this.#length;
    this.#length += taken;
    if (taken <= room) {
      if (taken > 0) this.#set(bytes, room);
      return taken;
    }
    if (room > 0) this.#set(bytes.subarray(0, room), room);
    const size = Math.max(taken - room, this.#capacity === 0 ? reserve : this.#nextBlock);
    const block = new Uint8Array(Math.min(size, target - this.#capacity));
    block.set(room === 0 ? bytes : bytes.subarray(room));
    this.#blocks.push(block);
    this.#capacity += block.length;
    return taken;
  }

  /** Empties the buffer; views of it stay valid. */
  clear(): void {
    this.#blocks = [];
    this.#capacity = 0;
    this.#length = 0;
  }

  /** Empties the buffer and frees its memory at once; views of it become invalid. */
  release(): void {
    for (const block of this.#blocks) free(block);
    this.clear();
  }

  /** The size of the next block: doubled from a small reserve, at most `BLOCK`. */
  get #nextBlock(): number {
    return Math.min(BLOCK, this.#capacity);
  }

  /** Writes into the last block, of which `room` bytes are free. */
  #set(bytes: Uint8Array, room: number): void {
    const last = this.#blocks.at(-1)!;
    last.set(bytes, last.length - room);
  }

  #join(): void {
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const block of this.#blocks) {
      joined.set(
        at + block.length > joined.length ? block.subarray(0, joined.length - at) : block,
        at,
      );
      at += block.length;
      free(block);
    }
    this.#blocks = [joined];
    this.#capacity = joined.length;
  }
}

/** Returns memory to the system. Engines from before 2024 leave that to their garbage collector. */
function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  buffer.transfer?.(0);
}
