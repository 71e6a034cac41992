/**
 * A reader of single bits, for the headers of codecs.
 *
 * @module
 */

import { FlvError } from "../errors.ts";

/** Reads bits, the highest of each byte first, and never past the end. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  /** The position, in bits. */
  #position = 0;

  /**
   * Makes a reader.
   *
   * @param bytes The bytes to read.
   * @param what The name of the structure, for errors: "an AVC sequence parameter set".
   */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** The number of unread bits. */
  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#position;
  }

  /** Reads an unsigned number of 0 to 32 bits. */
  bits(count: number): number {
    this.#requireBits(count);
    let value = 0;
    for (let left = count; left > 0;) {
      const inByte = 8 - (this.#position & 7);
      const taken = Math.min(left, inByte);
      const byte = this.#bytes[this.#position >>> 3]!;
      // Multiplied, not shifted: a shift of 32 bits would give a negative number.
      value = value * 2 ** taken + (byte >> (inByte - taken) & (1 << taken) - 1);
      this.#position += taken;
      left -= taken;
    }
    return value;
  }

  /** Reads one bit. */
  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** Skips bits. */
  skip(count: number): void {
    this.#requireBits(count);
    this.#position += count;
  }

  /** Reads an unsigned exponential Golomb code, `ue(v)` (ITU-T H.264, section 9.1). */
  ue(): number {
    let zeros = 0;
    while (!this.flag()) {
      if (++zeros > 32) throw this.error("a longer code", "an exponential Golomb code of 32 bits");
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Reads a signed exponential Golomb code, `se(v)` (ITU-T H.264, section 9.1.1). */
  se(): number {
    const code = this.ue();
    return code & 1 ? (code + 1) / 2 : -code / 2;
  }

  /** Makes an error with what was read, and where. */
  error(read: string, expected?: string): FlvError {
    return new FlvError(`Cannot read ${this.#what}`, {
      read,
      ...expected && { expected },
      byteOffset: this.#position >>> 3,
    });
  }

  #requireBits(count: number): void {
    if (count > this.bitsLeft) throw this.error(`${this.bitsLeft} bits`, `${count}`);
  }
}
