/**
 * A growing buffer for AMF encoders. AMF0 and AMF3 share it, since AMF0 can contain AMF3.
 *
 * @module
 */

import { writeUint16, writeUint32 } from "../bytes/integers.ts";
import { AmfError } from "../errors.ts";
import { MAX_AMF_DEPTH } from "./cursor.ts";

/** The initial size in bytes: enough for any command, and most metadata. */
const INITIAL_SIZE = 512;

const utf8 = new TextEncoder();

/** A buffer that grows as values are written. */
export class AmfSink {
  #bytes = new Uint8Array(INITIAL_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #depth = 0;

  /** Writes 8 bits. */
  uint8(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  /** Writes 16 bits, big-endian. */
  uint16(value: number): void {
    const at = this.#grow(2);
    writeUint16(this.#bytes, at, value);
  }

  /** Writes 32 bits, big-endian; negative numbers in two's complement. */
  uint32(value: number): void {
    const at = this.#grow(4);
    writeUint32(this.#bytes, at, value);
  }

  /**
   * Writes a U29, an unsigned AMF3 integer (AMF 3, section 1.3.1): 1 to 4 bytes, each of 7 bits
   * after a continuation bit, except the fourth, which has 8.
   */
  uint29(value: number): void {
    if (value >= 1 << 21) {
      this.uint8(value >>> 22 | 0x80);
      this.uint8(value >>> 15 | 0x80);
      this.uint8(value >>> 8 | 0x80);
      return this.uint8(value);
    }
    if (value >= 1 << 14) this.uint8(value >>> 14 | 0x80);
    if (value >= 1 << 7) this.uint8(value >>> 7 | 0x80);
    this.uint8(value & 0x7f);
  }

  /** Writes a double, big-endian. */
  double(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value);
  }

  /** Writes bytes as they are. */
  bytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /**
   * Enters a value that contains others: one level deeper. The limit is that of the decoder, so
   * that it can read the result, and recursion cannot overflow the stack.
   */
  enter(): void {
    if (++this.#depth > MAX_AMF_DEPTH) {
      throw new AmfError("Cannot encode a value", {
        read: `a value ${this.#depth} levels deep`,
        expected: `at most ${MAX_AMF_DEPTH} levels`,
      });
    }
  }

  /** Leaves such a value. */
  leave(): void {
    this.#depth--;
  }

  /** Returns a copy of the written bytes. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Reserves bytes, and returns their offset. */
  #grow(byteLength: number): number {
    const start = this.#length;
    this.#length += byteLength;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return start;
  }
}

/** A string as UTF-8; half a surrogate pair becomes U+FFFD. */
export function toUtf8(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Makes the error for a value that is too long for its length field. */
export function tooLong(what: string, length: number, limit: number): AmfError {
  return new AmfError(`Cannot encode ${what}`, {
    read: `a length of ${length}`,
    expected: `at most ${limit}`,
  });
}
