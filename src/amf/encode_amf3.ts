/**
 * An encoder from JavaScript values to AMF3 bytes.
 *
 * @module
 */

import { AmfError } from "../errors.ts";
import { Amf3Marker } from "./markers.ts";
import { AmfSink, tooLong, toUtf8 } from "./sink.ts";
import { type AmfObject, classNameOf, EcmaArray, unencodable } from "./values.ts";

/** The lowest integer of 29 bits (AMF 3, section 3.6); other numbers are sent as doubles. */
const MIN_INTEGER = -(2 ** 28);
/** The highest integer of 29 bits. */
const MAX_INTEGER = 2 ** 28 - 1;

/** The highest length or index beside a flag: 28 bits (AMF 3, section 1.3.2). */
const MAX_LENGTH = 2 ** 28 - 1;

/**
 * Encodes values as an AMF3 body (AMF 3, section 3), the inverse of `decodeAmf3`.
 *
 * | JavaScript | AMF3 |
 * | --- | --- |
 * | undefined, null, boolean | the same |
 * | number | integer if it is one of 29 bits and not -0, else double |
 * | string | string |
 * | plain object | dynamic object, of the class that it has under `amfClassName` |
 * | `ecmaArray(object)` | array with names and no dense part |
 * | Array | array; holes and `undefined` are the same |
 * | Date | date |
 * | Uint8Array | byte array |
 * | Int32Array, Uint32Array, Float64Array | vector of int, uint, double, of variable length |
 * | Map | dictionary, with strong keys |
 *
 * Objects of all these kinds and strings are written once, then as references, so values may be
 * cyclic.
 *
 * @param values The values, in order. Of objects, own enumerable members with string keys are
 * written.
 * @returns The body, in a buffer of its own.
 * @throws {AmfError} If a value is a function, symbol or bigint, or an instance of another class
 * without a class name under `amfClassName`; if an ECMA array has a member with an empty name, a
 * string or array exceeds 2^28 - 1 bytes or elements, or the nesting 64 levels.
 *
 * @example
 * ```ts
 * import { encodeAmf3 } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeAmf3(5, "hi"), Uint8Array.of(0x04, 0x05, 0x06, 0x05, 0x68, 0x69));
 * ```
 */
export function encodeAmf3(...values: unknown[]): Uint8Array {
  const sink = new AmfSink();
  const encoder = new Amf3Encoder(sink);
  for (const value of values) encoder.writeValue(value);
  return sink.finish();
}

/** Encodes the values of one body, which share three tables of references (AMF 3, section 2.2). */
export class Amf3Encoder {
  readonly #sink: AmfSink;
  readonly #strings = new Map<string, number>();
  readonly #objects = new Map<object, number>();
  /** By the count of sealed members and the class name. */
  readonly #traits = new Map<string, number>();

  constructor(sink: AmfSink) {
    this.#sink = sink;
  }

  writeValue(value: unknown): void {
    const sink = this.#sink;
    switch (typeof value) {
      case "undefined":
        return sink.uint8(Amf3Marker.Undefined);
      case "boolean":
        return sink.uint8(value ? Amf3Marker.True : Amf3Marker.False);
      case "number":
        return this.#writeNumber(value);
      case "string":
        sink.uint8(Amf3Marker.String);
        return this.#writeString(value);
      case "object":
        return value === null ? sink.uint8(Amf3Marker.Null) : this.#writeObject(value);
      default:
        throw unencodable(value);
    }
  }

  #writeNumber(value: number): void {
    const small = Number.isInteger(value) && value >= MIN_INTEGER && value <= MAX_INTEGER;
    if (small && !Object.is(value, -0)) {
      this.#sink.uint8(Amf3Marker.Integer);
      this.#sink.uint29(value & 0x1fff_ffff);
    } else {
      this.#sink.uint8(Amf3Marker.Double);
      this.#sink.double(value);
    }
  }

  // U29: a 0 bit and the index of an earlier object, or a 1 bit and usually a length; then the body
  // of the marker's type
  #writeObject(value: object): void {
    const marker = markerOf(value);
    this.#sink.uint8(marker);
    const object = value instanceof EcmaArray ? value.object : value;
    const index = this.#objects.get(object);
    if (index !== undefined) return this.#sink.uint29(index << 1);
    this.#objects.set(object, this.#objects.size);
    if (value instanceof Date) return this.#writeDate(value);
    if (value instanceof Uint8Array) return this.#writeByteArray(value);
    if (value instanceof Int32Array || value instanceof Uint32Array) return this.#writeInts(value);
    if (value instanceof Float64Array) return this.#writeDoubles(value);
    this.#sink.enter();
    if (value instanceof Map) this.#writeDictionary(value);
    else if (value instanceof EcmaArray) this.#writeEcmaArray(object);
    else if (Array.isArray(value)) this.#writeArray(value);
    else this.#writeTypedObject(object);
    this.#sink.leave();
  }

  // U29 1 | DOUBLE milliseconds                                                (AMF 3, section 3.10)
  #writeDate(date: Date): void {
    this.#sink.uint29(1);
    this.#sink.double(date.getTime());
  }

  // U29 byte length, 1 | bytes                                                 (AMF 3, section 3.14)
  #writeByteArray(bytes: Uint8Array): void {
    this.#writeLength(bytes.length, "a byte array");
    this.#sink.bytes(bytes);
  }

  // U29 length, 1 | U8 fixed length | U32*                                     (AMF 3, section 3.15)
  #writeInts(vector: Int32Array | Uint32Array): void {
    this.#writeLength(vector.length, "a vector");
    this.#sink.uint8(0);
    for (const number of vector) this.#sink.uint32(number);
  }

  // U29 length, 1 | U8 fixed length | DOUBLE*                                  (AMF 3, section 3.15)
  #writeDoubles(vector: Float64Array): void {
    this.#writeLength(vector.length, "a vector");
    this.#sink.uint8(0);
    for (const number of vector) this.#sink.double(number);
  }

  // U29 length, 1 | 01 | value*                                                (AMF 3, section 3.11)
  #writeArray(array: readonly unknown[]): void {
    this.#writeLength(array.length, "an array");
    this.#writeString("");
    for (const value of array) this.writeValue(value);
  }

  // U29 0, 1 | (UTF-8-vr name | value)* | 01                                   (AMF 3, section 3.11)
  #writeEcmaArray(object: object): void {
    if (Object.hasOwn(object, "")) {
      throw new AmfError("Cannot encode an ECMA array", {
        read: "a member with an empty name",
        expected: "names of at least one character, as AMF3 ends them with an empty one",
      });
    }
    this.#writeLength(0, "an array");
    this.#writeNamedValues(object);
  }

  // U29 count, 1 | U8 weak keys | (value key | value)*                         (AMF 3, section 3.16)
  #writeDictionary(dictionary: ReadonlyMap<unknown, unknown>): void {
    this.#writeLength(dictionary.size, "a dictionary");
    this.#sink.uint8(0);
    for (const [key, value] of dictionary) {
      this.writeValue(key);
      this.writeValue(value);
    }
  }

  // traits | value for each sealed member | (UTF-8-vr name | value)* | 01      (AMF 3, section 3.12)
  //
  // All members are dynamic, except one with an empty name: that can only be a sealed one.
  #writeTypedObject(object: object): void {
    const unnamed = Object.hasOwn(object, "");
    this.#writeTraits(classNameOf(object), unnamed ? [""] : []);
    if (unnamed) this.writeValue((object as AmfObject)[""]);
    this.#writeNamedValues(object);
  }

  // U29 index, 01 for traits before, or U29 count of sealed members, 1011 | UTF-8-vr class name
  // | UTF-8-vr name for each of them
  #writeTraits(className: string, sealed: readonly string[]): void {
    const key = `${sealed.length} ${className}`;
    const index = this.#traits.get(key);
    if (index !== undefined) return this.#sink.uint29(index << 2 | 0b01);
    this.#traits.set(key, this.#traits.size);
    this.#sink.uint29(sealed.length << 4 | 0b1011);
    this.#writeString(className);
    for (const name of sealed) this.#writeString(name);
  }

  #writeNamedValues(object: object): void {
    for (const [name, value] of Object.entries(object)) {
      if (name === "") continue;
      this.#writeString(name);
      this.writeValue(value);
    }
    this.#writeString("");
  }

  // U29: a 0 bit and the index of an earlier string, or a 1 bit and the byte length | bytes; the
  // empty string is never a reference (AMF 3, section 1.3.2)
  #writeString(text: string): void {
    const index = this.#strings.get(text);
    if (index !== undefined) return this.#sink.uint29(index << 1);
    if (text !== "") this.#strings.set(text, this.#strings.size);
    const bytes = toUtf8(text);
    this.#writeLength(bytes.length, "a string");
    this.#sink.bytes(bytes);
  }

  #writeLength(length: number, what: string): void {
    if (length > MAX_LENGTH) throw tooLong(what, length, MAX_LENGTH);
    this.#sink.uint29(length << 1 | 1);
  }
}

/** The marker for an object. This does not check whether its class can be encoded. */
function markerOf(value: object): number {
  if (value instanceof Date) return Amf3Marker.Date;
  if (value instanceof Uint8Array) return Amf3Marker.ByteArray;
  if (value instanceof Int32Array) return Amf3Marker.VectorInt;
  if (value instanceof Uint32Array) return Amf3Marker.VectorUint;
  if (value instanceof Float64Array) return Amf3Marker.VectorDouble;
  if (value instanceof Map) return Amf3Marker.Dictionary;
  if (Array.isArray(value) || value instanceof EcmaArray) return Amf3Marker.Array;
  return Amf3Marker.Object;
}
