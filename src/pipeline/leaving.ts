/**
 * Which memory an item takes with it when it leaves a pipeline.
 *
 * @module
 */

import { isObject } from "../is_object.ts";

/**
 * An item for a reader that is not a stage or a sink of ours: `getReader`, iteration, `tee`, and
 * pipes to other streams. Inside a pipeline items are views of memory that is used again, or that
 * many of them share. A reader may keep an item for long, write to it or transfer it: it gets memory
 * that has exactly the item's bytes.
 *
 * Bytes that fill their buffer have such memory already. Memory that is used again is never passed on
 * whole, so that it is always copied here.
 */
export function leaving<T>(item: T): T {
  return (Array.isArray(item) ? leavingAll(item) : leavingOne(item)) as T;
}

/** The same array, unless something in it has to be copied. */
function leavingAll(items: unknown[]): unknown[] {
  let copies: unknown[] | undefined;
  items.forEach((item, i) => {
    const copy = leavingOne(item);
    if (copy !== item) (copies ??= [...items])[i] = copy;
  });
  return copies ?? items;
}

function leavingOne(item: unknown): unknown {
  if (item instanceof Uint8Array) return ownBytes(item);
  // What a program has made a class of is its own matter.
  if (!isObject(item) || !isPlain(item)) return item;
  const { payload, data } = item;
  const copies = {
    ...payload instanceof Uint8Array && isShared(payload) && { payload: ownBytes(payload) },
    ...data instanceof Uint8Array && isShared(data) && { data: ownBytes(data) },
  };
  return "payload" in copies || "data" in copies ? { ...item, ...copies } : item;
}

function isPlain(item: object): boolean {
  return Object.getPrototypeOf(item) === Object.prototype;
}

/** The same bytes, in memory that has nothing else. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  // Node's Buffer has a `slice` that copies nothing.
  return isShared(bytes) ? new Uint8Array(bytes) : bytes;
}

/** No bytes are shared too: all empty messages have one array. */
function isShared({ byteLength, buffer }: Uint8Array): boolean {
  return byteLength === 0 || byteLength !== buffer.byteLength;
}
