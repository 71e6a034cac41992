/**
 * Streams that have something in them.
 *
 * @module
 */

import { type Patience, patiently } from "../session/deadline.ts";

/**
 * Waits for the first item of a stream: nothing is claimed, and no file made, for what never comes.
 * A stream that is waited for in vain is cancelled.
 *
 * @param action What is being done, for the message of the error.
 * @returns The whole stream, the first item included; `undefined` if it ended without one.
 * @throws {RtmpTimeoutError} If none comes in time.
 * @throws What the stream fails with before its first item.
 */
export async function begun<T>(
  action: string,
  stream: ReadableStream<T>,
  patience: Patience,
): Promise<ReadableStream<T> | undefined> {
  const reader = stream.getReader();
  const first = await patiently(action, reader.read(), patience).catch((error) => {
    reader.cancel(error).catch(() => {});
    throw error;
  });
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
