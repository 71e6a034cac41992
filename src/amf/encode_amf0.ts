/**
 * An encoder from JavaScript values to AMF0 bytes.
 *
 * @module
 */

import { Amf3Encoder } from "./encode_amf3.ts";
import { Amf0Marker } from "./markers.ts";
import { AmfSink, tooLong, toUtf8 } from "./sink.ts";
import { classNameOf, EcmaArray, unencodable } from "./values.ts";

/** The longest string with a 16-bit length, in bytes, and the highest index of a reference. */
const MAX_UINT16 = 0xffff;

/**
 * Encodes values as an AMF0 body (AMF 0, section 2), the inverse of `decodeAmf0`.
 *
 * | JavaScript | AMF0 |
 * | --- | --- |
 * | number, boolean, null, undefined | the same |
 * | string | string, or long string above 65,535 bytes of UTF-8 |
 * | plain object | object, or typed object if it has a class name under `amfClassName` |
 * | `ecmaArray(object)` | ECMA array |
 * | Array | strict array; holes and `undefined` are the same |
 * | Date | date, with time zone 0 |
 * | Uint8Array, Int32Array, Uint32Array, Float64Array, Map | AVM+ switch, and the AMF3 value |
 *
 * A repeated object or array is written as a reference, so values may be cyclic. The content of a
 * Map is AMF3: an object inside and outside it is written twice.
 *
 * @param values The values, in order. Of objects, own enumerable members with string keys are
 * written.
 * @returns The body, in a buffer of its own.
 * @throws {AmfError} If a value is a function, symbol or bigint, or an instance of another class
 * without a class name under `amfClassName`; if a member name exceeds 65,535 bytes, or the nesting
 * 64 levels.
 *
 * @example
 * ```ts
 * import { encodeAmf0 } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeAmf0("ok", null), Uint8Array.of(0x02, 0x00, 0x02, 0x6f, 0x6b, 0x05));
 * ```
 */
export function encodeAmf0(...values: unknown[]): Uint8Array {
  const sink = new AmfSink();
  const encoder = new Amf0Encoder(sink);
  for (const value of values) encoder.writeValue(value);
  return sink.finish();
}

/** Encodes the values of one body, which share one table of references. */
class Amf0Encoder {
  readonly #sink: AmfSink;
  /** The index of each object and array written so far. */
  readonly #references = new Map<object, number>();
  /** One for the whole body: AMF3's tables last for a message (AMF 3, section 4.1). */
  #amf3: Amf3Encoder | undefined;

  constructor(sink: AmfSink) {
    this.#sink = sink;
  }

  writeValue(value: unknown): void {
    const sink = this.#sink;
    switch (typeof value) {
      case "number":
        sink.uint8(Amf0Marker.Number);
        return sink.double(value);
      case "boolean":
        sink.uint8(Amf0Marker.Boolean);
        return sink.uint8(value ? 1 : 0);
      case "string":
        return this.#writeString(toUtf8(value));
      case "undefined":
        return sink.uint8(Amf0Marker.Undefined);
      case "object":
        return value === null ? sink.uint8(Amf0Marker.Null) : this.#writeObject(value);
      default:
        throw unencodable(value);
    }
  }

  // U16 byte length | bytes; above 65,535 bytes: U32 byte length | bytes
  //                                                                    (AMF 0, sections 2.4 and 2.14)
  #writeString(bytes: Uint8Array): void {
    const sink = this.#sink;
    if (bytes.length <= MAX_UINT16) {
      sink.uint8(Amf0Marker.String);
      sink.uint16(bytes.length);
    } else {
      sink.uint8(Amf0Marker.LongString);
      sink.uint32(bytes.length);
    }
    sink.bytes(bytes);
  }

  #writeObject(value: object): void {
    if (value instanceof Date) return this.#writeDate(value);
    if (value instanceof Map || ArrayBuffer.isView(value)) return this.#writeAmf3(value);
    const marked = value instanceof EcmaArray;
    const object = marked ? value.object : value;
    if (this.#writeReference(object)) return;
    this.#sink.enter();
    if (Array.isArray(object)) this.#writeStrictArray(object);
    else if (marked) this.#writeEcmaArray(object);
    else this.#writeTypedObject(object, classNameOf(object));
    this.#sink.leave();
  }

  // U16 index                                                                   (AMF 0, section 2.9)
  #writeReference(object: object): boolean {
    const index = this.#references.get(object);
    if (index === undefined) {
      this.#references.set(object, this.#references.size);
      return false;
    }
    // A reference cannot have a higher index: the object is written again.
    if (index > MAX_UINT16) return false;
    this.#sink.uint8(Amf0Marker.Reference);
    this.#sink.uint16(index);
    return true;
  }

  // U32 count | value*                                                         (AMF 0, section 2.12)
  #writeStrictArray(array: readonly unknown[]): void {
    this.#sink.uint8(Amf0Marker.StrictArray);
    this.#sink.uint32(array.length);
    for (const value of array) this.writeValue(value);
  }

  // U32 count | members                                                        (AMF 0, section 2.10)
  #writeEcmaArray(object: object): void {
    this.#sink.uint8(Amf0Marker.EcmaArray);
    this.#sink.uint32(Object.keys(object).length);
    this.#writeMembers(object);
  }

  // members, after UTF-8 class name if there is one                   (AMF 0, sections 2.5 and 2.18)
  #writeTypedObject(object: object, className: string): void {
    if (className === "") {
      this.#sink.uint8(Amf0Marker.Object);
    } else {
      this.#sink.uint8(Amf0Marker.TypedObject);
      this.#writeName(className, "a class name");
    }
    this.#writeMembers(object);
  }

  // (UTF-8 name | value)* | 00 00 | 09                                          (AMF 0, section 2.5)
  #writeMembers(object: object): void {
    for (const [name, value] of Object.entries(object)) {
      this.#writeName(name, "a member name");
      this.writeValue(value);
    }
    this.#sink.uint16(0);
    this.#sink.uint8(Amf0Marker.ObjectEnd);
  }

  // UTF-8: U16 byte length | bytes                                            (AMF 0, section 1.3.1)
  #writeName(name: string, what: string): void {
    const bytes = toUtf8(name);
    if (bytes.length > MAX_UINT16) throw tooLong(what, bytes.length, MAX_UINT16);
    this.#sink.uint16(bytes.length);
    this.#sink.bytes(bytes);
  }

  // DOUBLE milliseconds | S16 time zone, "should be set to 0x0000"              (AMF 0, section 2.13)
  #writeDate(date: Date): void {
    this.#sink.uint8(Amf0Marker.Date);
    this.#sink.double(date.getTime());
    this.#sink.uint16(0);
  }

  // an AMF3 value                                                                (AMF 0, section 3.1)
  #writeAmf3(value: object): void {
    this.#sink.uint8(Amf0Marker.AvmPlus);
    (this.#amf3 ??= new Amf3Encoder(this.#sink)).writeValue(value);
  }
}
