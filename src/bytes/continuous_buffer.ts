/**
 * Bytes that arrive in pieces, lying side by side when they are used.
 *
 * @module
 */

/** Bytes that are reserved at once for a tail that announces more than it holds. */
const FIRST_RESERVE = 64 * 1024 + 32;

/** Bytes of memory that are taken at a time for what comes after that. */
const BLOCK = 64 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * The unread tail of a byte stream, or a message that is not complete.
 *
 * What is announced is reserved only up to a limit; from there on memory is taken as bytes come, in
 * blocks of one size, and given back to the system without waiting for the garbage to be collected.
 * Memory that grew by moving would leave holes of all sizes, which the process keeps. Each byte is
 * copied twice at the most.
 */
export class ContinuousBuffer {
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  #capacity = 0;
  #length = 0;

  /** How many bytes wait here. */
  get length(): number {
    return this.#length;
  }

  /** How many bytes of memory they take up, with what is reserved for those to come. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The first of what waits here: all that has been reserved at once, as a view. */
  get front(): Uint8Array<ArrayBuffer> {
    return this.#blocks[0]?.subarray(0, this.#length) ?? NOTHING;
  }

  /** All that waits here, as a view that is good until more comes, and after a `clear`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#blocks.length > 1) this.#join();
    return this.front;
  }

  /**
   * Takes bytes from the front of `input` until `target` bytes wait here, and returns how many it
   * took.
   *
   * @param reserve Bytes of memory that are taken at once if as many are to come.
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

  /** Lets go of everything that waits here; views of it stay good. */
  clear(): void {
    this.#blocks = [];
    this.#capacity = 0;
    this.#length = 0;
  }

  /** The same, where there are no views: the memory is free at once. */
  release(): void {
    for (const block of this.#blocks) free(block);
    this.clear();
  }

  /** As much again, where little was reserved. */
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

/** Gives memory back to the system; engines from before 2024 leave that to their garbage collector. */
function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  buffer.transfer?.(0);
}
