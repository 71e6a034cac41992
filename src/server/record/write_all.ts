/**
 * Writes of which all bytes arrive.
 *
 * @module
 */

/** Where bytes go: a file, or standard output. It may take fewer of them than it was given. */
export interface Sink {
  /** Resolves with how many bytes it has taken. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes all of `bytes`. */
export async function writeAll(sink: Sink, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await sink.write(bytes.subarray(at));
}
