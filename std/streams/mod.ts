/**
 * Stand-in for `@std/streams`: what this project uses of it.
 *
 * @module
 */

import { concat } from "@std/bytes";

/** Reads a stream to its end and returns all its bytes in one array. */
export async function toBytes(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  return concat(await Array.fromAsync(stream));
}
