/**
 * Where an encoder writes: AMF0 and AMF3 share it, as the one switches to the other.
 *
 * @module
 */

import { writeUint16, writeUint32 } from "../bytes/integers.ts";
import { AmfError } from "../errors.ts";
import { MAX_AMF_DEPTH } from "./cursor.ts";

/** Bytes to begin with: enough for any command, and most metadata. */
const INITIAL_SIZE = 512;

const utf8 = new TextEncoder();

/** Bytes that grow as they are written. */
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
   * Writes a U29, an AMF3 integer without a sign (AMF 3, section 1.3.1): 1 to 4 bytes with 7 bits each
   * below a bit that says "more", but 8 in the fourth.
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
   * Goes one level down, into a value that holds others. The limit is the decoder's own: what is
   * written can be read again, and no nesting ends the stack.
   */
  enter(): void {
    if (++this.#depth > MAX_AMF_DEPTH) {
      throw new AmfError("Cannot encode a value", {
        read: `a value ${this.#depth} levels deep`,
        expected: `at most ${MAX_AMF_DEPTH} levels`,
      });
    }
  }

  /** Goes one level up again. */
  leave(): void {
    this.#depth--;
  }

  /** A copy of what has been written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room, and tells where it starts. */
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

/** The error for something too long for the field that tells its length. */
export function tooLong(what: string, length: number, limit: number): AmfError {
  return new AmfError(`Cannot encode ${what}`, {
    read: `a length of ${length}`,
    expected: `at most ${limit}`,
  });
}
