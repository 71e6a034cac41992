/**
 * Which memory an item takes with it when it leaves a pipeline.
 *
 * @module
 */

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
  if (Array.isArray(item)) return item.map(leaving) as T;
  if (item instanceof Uint8Array) return ownBytes(item) as T;
  if (typeof item !== "object" || item === null) return item;
  const { payload, data } = item as { payload?: unknown; data?: unknown };
  if (payload instanceof Uint8Array && isShared(payload)) {
    return { ...item, payload: payload.slice() };
  }
  if (data instanceof Uint8Array && isShared(data)) return { ...item, data: data.slice() };
  return item;
}

/** The same bytes, in memory that has nothing else. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return isShared(bytes) ? bytes.slice() : bytes;
}

function isShared({ byteLength, buffer }: Uint8Array): boolean {
  return byteLength !== buffer.byteLength;
}
