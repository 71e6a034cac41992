/**
 * A cursor over an AMF body, with its limits. AMF0 and AMF3 decoders share it, since AMF0 can
 * contain AMF3.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import { readUint16, readUint32 } from "../bytes/integers.ts";
import { decodeUtf8 } from "../bytes/utf8.ts";
import { AmfError } from "../errors.ts";

/**
 * The deepest nesting of values, in levels. Commands and metadata have four or five. Decoding
 * recurses, and 64 levels are far from overflowing any stack.
 */
export const MAX_AMF_DEPTH = 64;

/**
 * The most values, and names of sealed members, in one body. The longest lists in use are keyframe
 * indexes, with two numbers for each keyframe: this is enough for nine hours at one a second.
 * Without it, a body of 16 MiB could become four million objects, some 350 MiB.
 */
const MAX_AMF_ELEMENTS = 65_536;

/** Options of `decodeAmf0` and `decodeAmf3`: whole numbers, 0 or more. */
export interface AmfDecodeOptions {
  /** The most values to read; the rest of the body is ignored. All by default. */
  count?: number;
  /**
   * The deepest nesting of values, in levels; 64 by default. Hundreds are safe, thousands are not.
   */
  maxDepth?: number;
  /**
   * The most values in the body, including nested ones and the names of sealed members; 65,536 by
   * default. The numbers in vectors and the bytes in byte arrays do not count: they take as much
   * memory as on the wire.
   */
  maxElements?: number;
  /**
   * How bytes in strings that are not UTF-8 are decoded: to U+FFFD by default, or to their
   * percent-encoding, which keeps names in other encodings distinct.
   */
  invalidUtf8?: "replace" | "percent-encode";
}

/** A body exceeds a limit on values or levels of nesting. */
export class AmfLimitError extends AmfError {}

/** AMF has no byte order mark: U+FEFF is part of the string. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

const replacing = (bytes: Uint8Array): string => utf8.decode(bytes);

/** A position in a body, which never passes its end. */
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

  /** The next byte, without reading it; `undefined` at the end. */
  peek(): number | undefined {
    return this.#bytes[this.offset];
  }

  /** Reads 8 bits. */
  uint8(what: string): number {
    return this.#bytes[this.#take(1, what)]!;
  }

  /** Reads 16 bits, big-endian. */
  uint16(what: string): number {
    return readUint16(this.#bytes, this.#take(2, what));
  }

  /** Reads 32 bits, big-endian. */
  uint32(what: string): number {
    return readUint32(this.#bytes, this.#take(4, what));
  }

  /**
   * Reads a U29, an unsigned AMF3 integer (AMF 3, section 1.3.1): 1 to 4 bytes, each of 7 bits
   * after a continuation bit, except the fourth, which has 8.
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

  /** Reads a double, big-endian. */
  double(what: string): number {
    return this.#view.getFloat64(this.#take(8, what));
  }

  /** Reads UTF-8; the options say how other bytes are decoded. */
  text(byteLength: number, what: string): string {
    return this.#decodeText(this.#span(byteLength, what));
  }

  /** Reads bytes into a copy, which does not keep the body alive. */
  bytes(byteLength: number, what: string): Uint8Array {
    return new Uint8Array(this.#span(byteLength, what));
  }

  /** Reads bytes as a view, for numbers that are read one by one. */
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

  /** Enters a value that contains others: one level deeper. */
  enter(): void {
    if (++this.#depth > this.#maxDepth) {
      throw new AmfLimitError("Cannot read a value", {
        read: `a value ${this.#depth} levels deep`,
        expected: `at most ${this.#maxDepth} levels`,
        byteOffset: this.offset,
      });
    }
  }

  /** Leaves such a value. */
  leave(): void {
    this.#depth--;
  }

  /** Makes an error at an offset, by default that of the cursor. */
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

  /** Advances past bytes, and returns their offset. Throws if the body has fewer. */
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

/** Reads the values of a body in order, as many as `count` says. */
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
