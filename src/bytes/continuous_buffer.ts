/**
 * Bytes that arrive in pieces, lying side by side until they can be used.
 *
 * @module
 */

/** Bytes that are reserved at once for a tail that announces more than it holds. */
const FIRST_RESERVE = 64 * 1024 + 32;

const NOTHING = new Uint8Array(0);

/**
 * The unread tail of a byte stream in one continuous piece of memory.
 *
 * Memory that has been handed out is never written again, so views of it stay valid for ever; and
 * what is announced is reserved only up to {@linkcode FIRST_RESERVE}, from there on only as much
 * again as has really come, so that each byte is copied twice at the most.
 */
export class ContinuousBuffer {
  #memory: Uint8Array = NOTHING;
  #length = 0;

  /** How many bytes wait here. */
  get length(): number {
    return this.#length;
  }

  /** What waits here, as a view. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  /**
   * Takes bytes from the front of `input` until `target` bytes wait here, and returns how many it
   * took.
   */
  fill(input: Uint8Array, target: number): number {
    const taken = Math.min(input.length, target - this.#length);
    const length = this.#length + taken;
    if (length > this.#memory.length) this.#grow(length, target);
    this.#memory.set(taken === input.length ? input : input.subarray(0, taken), this.#length);
    this.#length = length;
    return taken;
  }

  /** Lets go of everything that waits here; views of it stay valid. */
  clear(): void {
    this.#memory = NOTHING;
    this.#length = 0;
  }

  #grow(length: number, target: number): void {
    const size = Math.min(target, Math.max(FIRST_RESERVE, 2 * length));
    const memory = new Uint8Array(size);
    memory.set(this.bytes);
    this.#memory = memory;
  }
}
