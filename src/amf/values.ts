/**
 * Representations of the AMF types that JavaScript lacks: class names and ECMA arrays.
 *
 * @module
 */

import { AmfError } from "../errors.ts";

/**
 * The key under which an object keeps its class name (AMF 0, section 2.18; AMF 3, section 3.12).
 *
 * A decoded object has it when its sender named a class. An object that has it is encoded as one of
 * that class.
 *
 * @example
 * ```ts
 * import { amfClassName, decodeAmf0, encodeAmf0 } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeAmf0({ [amfClassName]: "com.example.Point", x: 1, y: 2 });
 * const [point] = decodeAmf0(bytes) as [{ [amfClassName]: string; x: number }];
 * assertEquals(point[amfClassName], "com.example.Point");
 * assertEquals(point.x, 1);
 * ```
 */
export const amfClassName: unique symbol = Symbol("amfClassName");

/**
 * An object that is to be encoded as an ECMA array; {@linkcode ecmaArray} makes it.
 *
 * @example
 * ```ts
 * import { type EcmaArray, ecmaArray } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const metadata: EcmaArray = ecmaArray({ width: 1920 });
 * assertEquals(metadata.object, { width: 1920 });
 * ```
 */
export class EcmaArray {
  /** The object whose members are written. */
  readonly object: object;

  /** Marks an object, which is neither copied nor changed. */
  constructor(object: object) {
    this.object = object;
  }
}

/**
 * Marks an object to be encoded as an ECMA array, as encoders send `onMetaData`.
 *
 * AMF0 has a type of its own for it (AMF 0, section 2.10), AMF3 an array with names (AMF 3, section
 * 3.11). Decoding either gives a plain object.
 *
 * @param object Its own enumerable members are written. It is neither copied nor changed.
 * @returns A value for `encodeAmf0` or `encodeAmf3`, alone or inside another value.
 *
 * @example
 * ```ts
 * import { decodeAmf0, ecmaArray, encodeAmf0 } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeAmf0("onMetaData", ecmaArray({ width: 1920, height: 1080 }));
 * assertEquals(decodeAmf0(bytes), ["onMetaData", { width: 1920, height: 1080 }]);
 * ```
 */
export function ecmaArray(object: object): EcmaArray {
  return new EcmaArray(object);
}

/** The members of an object, and its class name under a symbol. */
export interface AmfObject {
  [name: string]: unknown;
  [amfClassName]?: string;
}

/** Makes an empty object; an empty class name means that it has none. */
export function createObject(className: string): AmfObject {
  return className === "" ? {} : { [amfClassName]: className };
}

/** Sets a member. `__proto__` becomes an ordinary one: an assignment would change the prototype. */
export function setMember(object: object, name: string, value: unknown): void {
  if (name === "__proto__") {
    const attributes = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(object, name, attributes);
  } else {
    (object as AmfObject)[name] = value;
  }
}

/**
 * Returns the class name of an object that can be encoded by its members: a plain one, or one with
 * a class name. The members of others do not represent them (a `Set`, a `RegExp`).
 *
 * @throws {AmfError} If it is another object.
 */
export function classNameOf(object: object): string {
  const className: unknown = (object as AmfObject)[amfClassName];
  if (typeof className === "string") return className;
  const prototype = Object.getPrototypeOf(object);
  // Objects of another realm have another Object.prototype, but theirs too is the end of the chain.
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (plain && className === undefined) return "";
  throw new AmfError("Cannot encode an object", {
    read: plain
      ? `a class name of type ${typeof className}`
      : `an instance of ${object.constructor?.name || "an unnamed class"}`,
    expected: "a plain object, or one whose amfClassName is a string",
  });
}

/** Makes the error for a value of a type that AMF does not have. */
export function unencodable(value: unknown): AmfError {
  return new AmfError("Cannot encode a value", {
    read: `a ${typeof value}`,
    expected: "a number, boolean, string, null, undefined or an object",
  });
}
