/**
 * A wait for the first items of a stream.
 *
 * @module
 */

import { type Deadline, withDeadline } from "../time/deadline.ts";

/**
 * Waits for the first items of a stream, so that an empty one claims no name and creates no file. A
 * stream that does not begin in time is cancelled.
 *
 * @param action What is being done, for the message of the error.
 * @param deadline The time limit for each item.
 * @param isEnough Whether an item is the last to wait for; by default the first item is.
 * @returns The whole stream, including those items; `undefined` if it ended without one.
 * @throws {RtmpTimeoutError} If an item does not arrive in time.
 * @throws The error of the stream, if it fails meanwhile.
 */
export async function waitForFirst<T>(
  action: string,
  stream: ReadableStream<T>,
  deadline: Deadline,
  isEnough: (item: T) => boolean = () => true,
): Promise<ReadableStream<T> | undefined> {
  const reader = stream.getReader();
  const first: T[] = [];
  let isOver = false;
  try {
    for (let enough = false; !enough && !isOver;) {
      const { done, value } = await withDeadline(action, reader.read(), deadline);
      if (done) {
        isOver = true;
      } else {
        first.push(value);
        enough = isEnough(value);
      }
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
  if (isOver && first.length === 0) return undefined;
  return new ReadableStream({
    async pull(controller) {
      if (first.length > 0) return controller.enqueue(first.shift()!);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
