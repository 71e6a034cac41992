/**
 * Where a decoder stands in a body, and how much the body may still make it do: AMF0 and AMF3 read
 * through this, the one inside the other too.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import { readUint16, readUint32 } from "../bytes/integers.ts";
import { decodeUtf8 } from "../bytes/utf8.ts";
import { AmfError } from "../errors.ts";

/**
 * How deep values may be nested, in levels. Commands and metadata have four or five; decoding
 * recurses, and 64 levels are far from the end of any stack.
 */
export const MAX_AMF_DEPTH = 64;

/**
 * How many values, and names of sealed members, one body may have in all. The longest lists that
 * are sent are keyframe indexes, two numbers a keyframe: this holds nine hours of one a second. A
 * body of 16 MiB could otherwise become four million objects, some 350 MiB.
 */
const MAX_AMF_ELEMENTS = 65_536;

/** Options of `decodeAmf0` and `decodeAmf3`: whole numbers, 0 or more. */
export interface AmfDecodeOptions {
  /** How many values to read at most; what follows them is not looked at. All by default. */
  count?: number;
  /** How deep values may be nested, in levels; 64 by default. Hundreds are safe, not thousands. */
  maxDepth?: number;
  /**
   * How many values the body may have in all, nested ones and the names of sealed members
   * included; 65,536 by default. The numbers in vectors and the bytes in byte arrays do not count:
   * they take no more memory than they take bytes on the wire.
   */
  maxElements?: number;
  /**
   * What becomes of bytes in strings that are not UTF-8: U+FFFD by default, or their
   * percent-encoding, by which names of other encodings stay apart.
   */
  invalidUtf8?: "replace" | "percent-encode";
}

/** A body asks for more than it may have: values, or levels of nesting. */
export class AmfLimitError extends AmfError {}

/** AMF sends no byte order mark: one that is there is part of the string. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

const replacing = (bytes: Uint8Array): string => utf8.decode(bytes);

/** A position in a body that never passes its end. */
export class AmfCursor {
  /** Bytes read so far. */
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxDepth: number;
  readonly #maxElements: number;
  readonly #decodeText: (bytes: Uint8Array) => string;
  #depth = 0;
  #elements = 0;

  constructor(bytes: Uint8Array, options: AmfDecodeOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { maxDepth = MAX_AMF_DEPTH, maxElements = MAX_AMF_ELEMENTS } = options;
    this.#maxDepth = checkNumber("maxDepth", maxDepth, 0);
    this.#maxElements = checkNumber("maxElements", maxElements, 0);
    this.#decodeText = options.invalidUtf8 === "percent-encode" ? decodeUtf8 : replacing;
  }

  /** Whether all bytes have been read. */
  get ended(): boolean {
    return this.offset >= this.#bytes.length;
  }

  /** The next byte, which is not taken; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.offset];
  }

  /** Takes 8 bits. */
  uint8(what: string): number {
    return this.#bytes[this.#take(1, what)]!;
  }

  /** Takes 16 bits, big-endian. */
  uint16(what: string): number {
    return readUint16(this.#bytes, this.#take(2, what));
  }

  /** Takes 32 bits, big-endian. */
  uint32(what: string): number {
    return readUint32(this.#bytes, this.#take(4, what));
  }

  /**
   * Takes a U29, an AMF3 integer without a sign (AMF 3, section 1.3.1): 1 to 4 bytes with 7 bits each
   * below a bit that says "more", but 8 in the fourth.
   */
  uint29(what: string): number {
    let value = 0;
    for (let count = 0; count < 3; count++) {
      const byte = this.uint8(what);
      value = value << 7 | byte & 0x7f;
      if (byte < 0x80) return value;
    }
    return value << 8 | this.uint8(what);
  }

  /** Takes a double, big-endian. */
  double(what: string): number {
    return this.#view.getFloat64(this.#take(8, what));
  }

  /** Takes UTF-8, and bytes that are none as the options say. */
  text(byteLength: number, what: string): string {
    return this.#decodeText(this.#span(byteLength, what));
  }

  /** Takes bytes, as a copy that does not keep the body alive. */
  bytes(byteLength: number, what: string): Uint8Array {
    return new Uint8Array(this.#span(byteLength, what));
  }

  /** Takes that many bytes as a view, for numbers that are read one by one. */
  view(byteLength: number, what: string): DataView {
    const { buffer, byteOffset } = this.#span(byteLength, what);
    return new DataView(buffer, byteOffset, byteLength);
  }

  /** Counts a value, or the name of a sealed member. */
  countElement(): void {
    if (++this.#elements > this.#maxElements) {
      throw new AmfLimitError("Cannot read a value", {
        read: `more than ${this.#maxElements} values`,
        expected: `at most ${this.#maxElements} in a body`,
        byteOffset: this.offset,
      });
    }
  }

  /** Goes one level down, into a value that holds others. */
  enter(): void {
    if (++this.#depth > this.#maxDepth) {
      throw new AmfLimitError("Cannot read a value", {
        read: `a value ${this.#depth} levels deep`,
        expected: `at most ${this.#maxDepth} levels`,
        byteOffset: this.offset,
      });
    }
  }

  /** Goes one level up again. */
  leave(): void {
    this.#depth--;
  }

  /** An error at a place, by default where the cursor stands. */
  error(
    action: string,
    facts: { read: string; expected: string },
    byteOffset: number = this.offset,
  ): AmfError {
    return new AmfError(action, { ...facts, byteOffset });
  }

  #span(byteLength: number, what: string): Uint8Array {
    const start = this.#take(byteLength, what);
    return this.#bytes.subarray(start, start + byteLength);
  }

  /** Goes past bytes that are there, and tells where they start. */
  #take(byteLength: number, what: string): number {
    const start = this.offset;
    const left = this.#bytes.length - start;
    if (byteLength > left) {
      throw this.error(`Cannot read ${what}`, {
        read: `the end of the body after ${left} bytes`,
        expected: `${byteLength} bytes`,
      });
    }
    this.offset += byteLength;
    return start;
  }
}

/** Reads the values of a body one after the other, as many as are asked for. */
export function readBody(
  cursor: AmfCursor,
  options: AmfDecodeOptions,
  readValue: () => unknown,
): unknown[] {
  const { count } = options;
  const most = count === undefined ? Infinity : checkNumber("count", count, 0);
  const values: unknown[] = [];
  while (values.length < most && !cursor.ended) values.push(readValue());
  return values;
}
