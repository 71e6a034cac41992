/**
 * Byte sources: the buffers and views in which programs pass bytes.
 *
 * @module
 */

/**
 * Bytes in any form that the web has: an `ArrayBuffer` or a `SharedArrayBuffer`, or a view of one as
 * `Uint8Array`, `DataView` and Node's `Buffer` are.
 *
 * @example
 * ```ts
 * import { type ByteSource, decodeAmf0 } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const { buffer } = Uint8Array.of(0x01, 0x01);
 * const sources: ByteSource[] = [buffer, new DataView(buffer), new Uint16Array(buffer)];
 * for (const source of sources) assertEquals(decodeAmf0(source), [true]);
 * ```
 */
export type ByteSource = ArrayBufferLike | ArrayBufferView;

/** `undefined` in browsers that lack it in this context. */
const SharedBuffer = typeof SharedArrayBuffer === "undefined" ? undefined : SharedArrayBuffer;

/**
 * The bytes of a source, as a view of its memory.
 *
 * @param what The name of the input, for the message of the error.
 * @throws {TypeError} If it is not a byte source, or its memory has been transferred.
 */
export function toBytes(source: ByteSource, what: string): Uint8Array {
  // A subclass such as Node's Buffer is not returned as it is: its `slice` makes no copy.
  if (isUint8Array(source)) {
    if (source.length > 0) return source;
  } else if (!ArrayBuffer.isView(source) && !isBuffer(source)) {
    throw new TypeError(
      `Cannot read ${what}: given ${describe(source)}, expected an ArrayBuffer or a view of one`,
    );
  }
  const view = ArrayBuffer.isView(source) ? source : undefined;
  const buffer = view?.buffer ?? source as ArrayBufferLike;
  if ("detached" in buffer && buffer.detached) {
    throw new TypeError(`Cannot read ${what}: its memory has been transferred`);
  }
  return view ? new Uint8Array(buffer, view.byteOffset, view.byteLength) : new Uint8Array(buffer);
}

function isUint8Array(source: unknown): source is Uint8Array {
  return source instanceof Uint8Array && source.constructor === Uint8Array;
}

function isBuffer(source: unknown): source is ArrayBufferLike {
  return source instanceof ArrayBuffer || SharedBuffer && source instanceof SharedBuffer || false;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? Object.prototype.toString.call(value) : `a ${typeof value}`;
}
