/**
 * A decoder from AMF3 bytes to JavaScript values.
 *
 * @module
 */

import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { AmfCursor, type AmfDecodeOptions, readBody } from "./cursor.ts";
import { Amf3Marker, markerName } from "./markers.ts";
import { createObject, setMember } from "./values.ts";

/**
 * Decodes the values of an AMF3 body, in order (AMF 3, section 3).
 *
 * | AMF3 | JavaScript |
 * | --- | --- |
 * | undefined, null, false, true | the same |
 * | integer, double | number |
 * | string, XML, XML document | string |
 * | array without names, vector of objects | Array |
 * | array with names | plain object with the dense part under its indexes |
 * | object | plain object; a class name is kept under `amfClassName` |
 * | date | Date |
 * | byte array | Uint8Array |
 * | vector of int, uint, double | Int32Array, Uint32Array, Float64Array |
 * | dictionary | Map, in the order of the body |
 * | reference | the same value again, so values may be cyclic |
 *
 * Invalid UTF-8 becomes U+FFFD by default. An AMF3 command message (type 17) is not such a body:
 * after a byte 0 it contains AMF0 that switches to AMF3.
 *
 * @param bytes The body. The values keep no reference to it.
 * @param options How many values to read, and limits on the body.
 * @returns The values; none for an empty body.
 * @throws {AmfError} If the body is cut short or malformed, exceeds a limit, or has an object of an
 * externalizable class, whose bytes only that class can read; its `byteOffset` counts from the start
 * of `bytes`.
 *
 * @example
 * ```ts
 * import { decodeAmf3 } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeAmf3(Uint8Array.of(0x04, 0x05, 0x06, 0x05, 0x68, 0x69)), [5, "hi"]);
 * ```
 */
export function decodeAmf3(bytes: ByteSource, options: AmfDecodeOptions = {}): unknown[] {
  const cursor = new AmfCursor(toBytes(bytes, "an AMF3 body"), options);
  const decoder = new Amf3Decoder(cursor);
  return readBody(cursor, options, () => decoder.readValue());
}

/** The traits of a class, which its objects share (AMF 3, section 3.12). */
interface Traits {
  className: string;
  dynamic: boolean;
  sealed: string[];
}

/** Decodes the values of one body, which share three tables of references (AMF 3, section 2.2). */
export class Amf3Decoder {
  readonly #cursor: AmfCursor;
  readonly #strings: string[] = [];
  readonly #objects: unknown[] = [];
  readonly #traits: Traits[] = [];

  constructor(cursor: AmfCursor) {
    this.#cursor = cursor;
  }

  readValue(): unknown {
    const cursor = this.#cursor;
    cursor.countElement();
    const marker = cursor.uint8("an AMF3 marker");
    switch (marker) {
      case Amf3Marker.Undefined:
        return undefined;
      case Amf3Marker.Null:
        return null;
      case Amf3Marker.False:
        return false;
      case Amf3Marker.True:
        return true;
      case Amf3Marker.Integer:
        return this.#cursor.uint29("an AMF3 integer") << 3 >> 3;
      case Amf3Marker.Double:
        return cursor.double("an AMF3 double");
      case Amf3Marker.String:
        return this.#readString("an AMF3 string");
    }
    if (marker > Amf3Marker.Dictionary) {
      throw cursor.error("Cannot read an AMF3 value", {
        read: markerName(marker),
        expected: "the marker of a value",
      }, cursor.offset - 1);
    }
    return this.#readComplex(marker);
  }

  // U29: a 0 bit and the index of an earlier object, or a 1 bit and 28 bits of data, usually a
  // length; then the body of the marker's type
  #readComplex(marker: number): unknown {
    const start = this.#cursor.offset;
    const header = this.#cursor.uint29("the header of an AMF3 object");
    if ((header & 1) === 0) {
      return this.#resolveReference(this.#objects, header >> 1, "object", start);
    }
    const length = header >> 1;
    switch (marker) {
      case Amf3Marker.XmlDocument:
      case Amf3Marker.Xml:
        return this.#addReference(this.#cursor.text(length, "an XML document"));
      case Amf3Marker.Date:
        return this.#addReference(new Date(this.#cursor.double("a date")));
      case Amf3Marker.ByteArray:
        return this.#addReference(this.#cursor.bytes(length, "a byte array"));
      case Amf3Marker.VectorInt:
      case Amf3Marker.VectorUint:
      case Amf3Marker.VectorDouble:
        return this.#addReference(readNumbers(this.#cursor, marker, length));
    }
    this.#cursor.enter();
    const value = marker === Amf3Marker.Array
      ? this.#readArray(length)
      : marker === Amf3Marker.Object
      ? this.#readObject(length, start)
      : marker === Amf3Marker.VectorObject
      ? this.#readVector(length)
      : this.#readDictionary(length);
    this.#cursor.leave();
    return value;
  }

  // (UTF-8-vr name | value)* | 01 | value*                                     (AMF 3, section 3.11)
  #readArray(length: number): unknown {
    let name = this.#readString("a name in an array");
    if (name === "") return this.#readElements(this.#addReference([]), length);
    const object = this.#addReference({});
    for (; name !== ""; name = this.#readString("a name in an array")) {
      setMember(object, name, this.readValue());
    }
    for (let index = 0; index < length; index++) setMember(object, `${index}`, this.readValue());
    return object;
  }

  // traits | value for each sealed member | if dynamic: (UTF-8-vr name | value)* | 01
  //                                                                            (AMF 3, section 3.12)
  #readObject(flags: number, start: number): unknown {
    const traits = this.#readTraits(flags, start);
    const object = this.#addReference(createObject(traits.className));
    for (const name of traits.sealed) setMember(object, name, this.readValue());
    if (traits.dynamic) {
      for (let name; (name = this.#readString("a member name")) !== "";) {
        setMember(object, name, this.readValue());
      }
    }
    return object;
  }

  // Flags, from the low bit: 0 = traits by reference, the rest is their index
  //                          1, 1 = externalizable | UTF-8-vr class name | bytes of its own
  //                          1, 0, dynamic, the rest is the count of sealed members
  //                                 | UTF-8-vr class name | UTF-8-vr name for each of them
  #readTraits(flags: number, start: number): Traits {
    if ((flags & 1) === 0) return this.#resolveReference(this.#traits, flags >> 1, "traits", start);
    const className = this.#readString("a class name");
    if (flags & 2) {
      throw this.#cursor.error("Cannot read an AMF3 object", {
        read: `the externalizable class ${JSON.stringify(className)}`,
        expected: "a class whose members are on the wire",
      }, start);
    }
    const sealed: string[] = [];
    const traits = { className, dynamic: (flags & 4) !== 0, sealed };
    for (let count = flags >> 3; count > 0; count--) {
      this.#cursor.countElement();
      sealed.push(this.#readString("the name of a sealed member"));
    }
    this.#traits.push(traits);
    return traits;
  }

  // U8 fixed length | UTF-8-vr type name | value*                              (AMF 3, section 3.15)
  #readVector(length: number): unknown[] {
    this.#cursor.uint8("the flag of a vector");
    this.#readString("the type name of a vector");
    return this.#readElements(this.#addReference([]), length);
  }

  // U8 weak keys | (value key | value)*                                        (AMF 3, section 3.16)
  #readDictionary(length: number): Map<unknown, unknown> {
    this.#cursor.uint8("the flag of a dictionary");
    const dictionary = this.#addReference(new Map<unknown, unknown>());
    for (let entry = 0; entry < length; entry++) {
      const key = this.readValue();
      dictionary.set(key, this.readValue());
    }
    return dictionary;
  }

  #readElements(array: unknown[], length: number): unknown[] {
    while (array.length < length) array.push(this.readValue());
    return array;
  }

  // U29: a 0 bit and the index of an earlier string, or a 1 bit and the byte length | bytes (AMF 3,
  // section 1.3.2)
  #readString(what: string): string {
    const start = this.#cursor.offset;
    const header = this.#cursor.uint29(`the length of ${what}`);
    if ((header & 1) === 0) {
      return this.#resolveReference(this.#strings, header >> 1, "string", start);
    }
    const text = this.#cursor.text(header >> 1, what);
    if (text !== "") this.#strings.push(text);
    return text;
  }

  /** Adds a value to the reference table, before the values inside it are added. */
  #addReference<Value>(value: Value): Value {
    this.#objects.push(value);
    return value;
  }

  #resolveReference<Value>(table: Value[], index: number, what: string, start: number): Value {
    if (index < table.length) return table[index]!;
    throw this.#cursor.error("Cannot follow an AMF3 reference", {
      read: `${what} reference ${index}`,
      expected: `one of the ${table.length} before it`,
    }, start);
  }
}

// U8 fixed length | U32* or DOUBLE*                                            (AMF 3, section 3.15)
function readNumbers(
  cursor: AmfCursor,
  marker: number,
  length: number,
): Int32Array | Uint32Array | Float64Array {
  cursor.uint8("the flag of a vector");
  const size = marker === Amf3Marker.VectorDouble ? 8 : 4;
  const view = cursor.view(length * size, "a vector");
  if (marker === Amf3Marker.VectorDouble) {
    return new Float64Array(length).map((_, index) => view.getFloat64(index * size));
  }
  if (marker === Amf3Marker.VectorInt) {
    return new Int32Array(length).map((_, index) => view.getInt32(index * size));
  }
  return new Uint32Array(length).map((_, index) => view.getUint32(index * size));
}
