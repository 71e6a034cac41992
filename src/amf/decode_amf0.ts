/**
 * A decoder from AMF0 bytes to JavaScript values.
 *
 * @module
 */

import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { AmfCursor, type AmfDecodeOptions, readBody } from "./cursor.ts";
import { Amf3Decoder } from "./decode_amf3.ts";
import { Amf0Marker, markerName } from "./markers.ts";
import { type AmfObject, createObject, setMember } from "./values.ts";

/**
 * Decodes the values of an AMF0 body, in order (AMF 0, section 2).
 *
 * | AMF0 | JavaScript |
 * | --- | --- |
 * | number, boolean, null, undefined | the same |
 * | string, long string, XML document | string |
 * | unsupported | undefined |
 * | object, ECMA array | plain object |
 * | typed object | plain object with its class name under `amfClassName` |
 * | strict array | Array |
 * | date | Date; its time zone is ignored, as the specification asks |
 * | reference | the same value again, so values may be cyclic |
 * | AVM+ switch | the AMF3 value, as `decodeAmf3` gives it |
 *
 * Invalid UTF-8 becomes U+FFFD by default (`invalidUtf8`). The count of an ECMA array is only a
 * hint. The end marker of the last one may be missing if it has as many members as announced.
 *
 * @param bytes The body. The values keep no reference to it.
 * @param options How many values to read, and limits on the body.
 * @returns The values; none for an empty body.
 * @throws {AmfError} If the body is cut short or malformed, or exceeds a limit; its `byteOffset`
 * counts from the start of `bytes`.
 *
 * @example
 * ```ts
 * import { decodeAmf0, encodeAmf0 } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const body = encodeAmf0("connect", 1, { app: "live" });
 * assertEquals(decodeAmf0(body), ["connect", 1, { app: "live" }]);
 * assertEquals(decodeAmf0(body, { count: 1 }), ["connect"]);
 * ```
 */
export function decodeAmf0(bytes: ByteSource, options: AmfDecodeOptions = {}): unknown[] {
  const cursor = new AmfCursor(toBytes(bytes, "an AMF0 body"), options);
  const decoder = new Amf0Decoder(cursor);
  return readBody(cursor, options, () => decoder.readValue());
}

/** Decodes the values of one body, which share one table of references. */
class Amf0Decoder {
  readonly #cursor: AmfCursor;
  /** Objects, ECMA arrays, strict arrays and typed objects in the order they begin. */
  readonly #references: unknown[] = [];
  /** One for the whole body: AMF3's tables last for a message (AMF 3, section 4.1). */
  #amf3: Amf3Decoder | undefined;

  constructor(cursor: AmfCursor) {
    this.#cursor = cursor;
  }

  readValue(): unknown {
    const cursor = this.#cursor;
    cursor.countElement();
    const marker = cursor.uint8("an AMF0 marker");
    switch (marker) {
      case Amf0Marker.Number:
        return cursor.double("an AMF0 number");
      case Amf0Marker.Boolean:
        return cursor.uint8("an AMF0 boolean") !== 0;
      case Amf0Marker.String:
        return this.#readString("an AMF0 string");
      case Amf0Marker.LongString:
      case Amf0Marker.XmlDocument:
        return cursor.text(cursor.uint32("the length of a long string"), "a long string");
      case Amf0Marker.Null:
        return null;
      case Amf0Marker.Undefined:
      case Amf0Marker.Unsupported:
        return undefined;
      case Amf0Marker.Object:
        return this.#readMembers({});
      case Amf0Marker.TypedObject:
        return this.#readMembers(createObject(this.#readString("a class name")));
      case Amf0Marker.EcmaArray:
        return this.#readMembers({}, cursor.uint32("the count of an ECMA array"));
      case Amf0Marker.StrictArray:
        return this.#readStrictArray();
      case Amf0Marker.Date:
        return this.#readDate();
      case Amf0Marker.Reference:
        return this.#readReference();
      case Amf0Marker.AvmPlus:
        return (this.#amf3 ??= new Amf3Decoder(cursor)).readValue();
      default:
        throw cursor.error("Cannot read an AMF0 value", {
          read: markerName(marker),
          expected: "the marker of a value",
        }, cursor.offset - 1);
    }
  }

  // UTF-8:   U16 byte length | bytes                                          (AMF 0, section 1.3.1)
  #readString(what: string): string {
    return this.#cursor.text(this.#cursor.uint16(`the length of ${what}`), what);
  }

  // (UTF-8 name | value)* | 00 00 | 09                                 (AMF 0, sections 2.5 and 2.11)
  //
  // An empty name is a member's name unless 09 follows it. Some senders leave out the end marker of
  // an ECMA array at the end of the body: it is optional if all announced members are there.
  #readMembers(object: AmfObject, announced?: number): AmfObject {
    const cursor = this.#cursor;
    this.#references.push(object);
    cursor.enter();
    for (let members = 0; !(members === announced && cursor.ended); members++) {
      const name = this.#readString("a member name");
      if (name === "" && cursor.peek() === Amf0Marker.ObjectEnd) {
        cursor.uint8("an object end");
        break;
      }
      setMember(object, name, this.readValue());
    }
    cursor.leave();
    return object;
  }

  // U32 count | value*                                                         (AMF 0, section 2.12)
  #readStrictArray(): unknown[] {
    const count = this.#cursor.uint32("the count of a strict array");
    const array: unknown[] = [];
    this.#references.push(array);
    this.#cursor.enter();
    while (array.length < count) array.push(this.readValue());
    this.#cursor.leave();
    return array;
  }

  // DOUBLE milliseconds | S16 time zone, reserved                              (AMF 0, section 2.13)
  #readDate(): Date {
    const date = new Date(this.#cursor.double("a date"));
    this.#cursor.uint16("the time zone of a date");
    return date;
  }

  // U16 index                                                                   (AMF 0, section 2.9)
  #readReference(): unknown {
    const index = this.#cursor.uint16("a reference");
    if (index < this.#references.length) return this.#references[index];
    throw this.#cursor.error("Cannot follow an AMF0 reference", {
      read: `reference ${index}`,
      expected: `one of the ${this.#references.length} objects before it`,
    }, this.#cursor.offset - 2);
  }
}
