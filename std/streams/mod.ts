/**
 * Stand-in for `@std/streams`: what this project uses of it.
 *
 * @module
 */

import { concat } from "@std/bytes";

/** What a {@linkcode LimitedBytesTransformStream} can be told. */
export interface LimitedBytesTransformStreamOptions {
  /** Whether the chunk that passes the limit is an error; else the stream ends before it. */
  error?: boolean;
}

/** Lets through chunks of bytes as long as all of them together are not larger than a limit. */
export class LimitedBytesTransformStream extends TransformStream<Uint8Array, Uint8Array> {
  /** Makes a stream that lets through `size` bytes. */
  constructor(size: number, { error = false }: LimitedBytesTransformStreamOptions = {}) {
    let left = size;
    super({
      transform(chunk, controller) {
        if (chunk.byteLength <= left) {
          left -= chunk.byteLength;
          controller.enqueue(chunk);
        } else if (error) {
          throw new RangeError(`Exceeded byte size limit of '${size}'`);
        } else {
          controller.terminate();
        }
      },
    });
  }
}

/** Reads a stream to its end and returns all its bytes in one array. */
export async function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return concat(await Array.fromAsync(stream));
}

/** Reads a stream to its end and returns all its bytes in a buffer of their own. */
export async function toArrayBuffer(stream: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  return concat(await Array.fromAsync(stream)).buffer;
}

/** Reads a stream of text, or of UTF-8, to its end. */
export async function toText(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stream) {
    text += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** Reads a stream of JSON to its end; rejects with a `SyntaxError` if it is none. */
export async function toJson(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): Promise<unknown> {
  return JSON.parse(await toText(stream));
}
