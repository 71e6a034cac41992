/**
 * Whether a stream can be joined that others may have written to.
 *
 * @module
 */

/**
 * Whether a stream with a high-water mark of 1 has nothing queued, nothing being written, and has not
 * ended: an ordinary pipe would have to deal with those.
 */
export function isIdle(stream: WritableStream): boolean {
  if (stream.locked) return false;
  const writer = stream.getWriter();
  const { desiredSize } = writer;
  writer.releaseLock();
  return desiredSize === 1;
}
