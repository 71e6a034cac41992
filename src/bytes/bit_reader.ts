/**
 * Reading bit by bit, as the headers of codecs are written.
 *
 * @module
 */

import { FlvError } from "../errors.ts";

/** Reads bits from the highest of each byte down, and never past the end. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  /** In bits. */
  #position = 0;

  /**
   * Makes a reader.
   *
   * @param bytes What to read.
   * @param what What it is, for errors, as "an AVC sequence parameter set".
   */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** How many bits are left. */
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
      // A product, since 32 bits shifted into place would be negative.
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

  /** Passes over bits. */
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

  /** The error that says what was read, and where. */
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
