/**
 * A parser for script tags.
 *
 * @module
 */

import type { AmfDecodeOptions } from "../amf/cursor.ts";
import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { decodeAmf0 } from "../amf/decode_amf0.ts";
import { AmfError, FlvError } from "../errors.ts";

/** A parsed script tag (FLV 10.1, section E.4.4). */
export interface ScriptTag {
  /** The name of the event, as `onMetaData`; empty when the data does not begin with a string. */
  name: string;
  /** The values after the name. */
  values: unknown[];
}

/**
 * Parses script data: the name of an event and its values (FLV 10.1, section E.4.4).
 *
 * @param source The body of a script tag.
 * @returns The name and the values, as `decodeAmf0` returns them.
 * @throws {FlvError} If the data is not valid AMF0.
 *
 * @example
 * ```ts
 * import { encodeAmf0, parseScriptTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const { name, values } = parseScriptTag(encodeAmf0("onMetaData", { width: 1920 }));
 * assertEquals(name, "onMetaData");
 * assertEquals(values, [{ width: 1920 }]);
 * ```
 */
export function parseScriptTag(source: ByteSource): ScriptTag {
  const data = toBytes(source, "a script tag");
  const values = decodeScriptData(data, 0);
  const [name] = values;
  return typeof name === "string" ? { name, values: values.slice(1) } : { name: "", values };
}

/** Decodes the AMF0 values from `at` on. Its errors are FlvErrors. */
export function decodeScriptData(
  data: Uint8Array,
  at: number,
  options?: AmfDecodeOptions,
): unknown[] {
  try {
    return decodeAmf0(data.subarray(at), options);
  } catch (cause) {
    if (!(cause instanceof AmfError)) throw cause;
    throw new FlvError("Cannot read script data", {
      read: cause.message,
      byteOffset: at + (cause.byteOffset ?? 0),
      cause,
    });
  }
}
