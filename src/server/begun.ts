/**
 * Streams that have something in them.
 *
 * @module
 */

/**
 * Waits for the first item of a stream: nothing is claimed, and no file made, for what never comes.
 *
 * @returns The whole stream, the first item included; `undefined` if it ended without one.
 * @throws What the stream fails with before its first item.
 */
export async function begun<T>(stream: ReadableStream<T>): Promise<ReadableStream<T> | undefined> {
  const reader = stream.getReader();
  const first = await reader.read();
  if (first.done) return undefined;
  let next: Promise<ReadableStreamReadResult<T>> | undefined = Promise.resolve(first);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await (next ?? reader.read());
      next = undefined;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
