/**
 * Sources, readers and sinks that are slow, or count, or fail.
 *
 * @module
 */

import { TIME_SLICE } from "../../src/time/time_slice.ts";

/** What came out of a stream, and the error it ended with, if it did. */
export interface Outcome<T> {
  items: T[];
  error: unknown;
}

/**
 * Resolves when nothing is left that waits for promises alone, however many: they are all done before
 * a timer has its turn, but for those that wait for theirs (`TIME_SLICE`). What waits for a timer, a
 * socket, a file or the test is not done.
 */
export const promisesDone = (): Promise<void> => turns(1);

/** Lets everything that can go on go on: promises, and what the runtime does between two turns. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count || TIME_SLICE.waiting > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Reads a stream to its end; `pause` is awaited before each read. */
export async function readAll<T>(
  readable: ReadableStream<T>,
  pause?: () => Promise<void>,
): Promise<Outcome<T>> {
  const items: T[] = [];
  const reader = readable.getReader();
  try {
    for (;;) {
      await pause?.();
      const { done, value } = await reader.read();
      if (done) return { items, error: undefined };
      items.push(value);
    }
  } catch (error) {
    return { items, error };
  }
}

/** Pipes a stream into a sink that takes its time. */
export async function pipeSlowly<T>(
  readable: ReadableStream<T>,
  highWaterMark = 1,
): Promise<Outcome<T> & { aborted: unknown }> {
  const items: T[] = [];
  let aborted: unknown;
  const sink = new WritableStream<T>({
    async write(item) {
      await turns(1);
      items.push(item);
    },
    abort: (reason) => void (aborted = reason),
  }, { highWaterMark });
  const error = await readable.pipeTo(sink).then(() => undefined, (error) => error);
  return { items, error, aborted };
}

/** A source that is pulled from, and tells how often and what became of it. */
export class CountingSource<T> {
  pulls = 0;
  cancelled: unknown[] = [];
  readonly readable: ReadableStream<T>;

  /** Gives out `items`; then it ends, or fails with `error` if there is one. */
  constructor(items: Iterable<T>, error?: unknown) {
    const iterator = items[Symbol.iterator]();
    this.readable = new ReadableStream<T>({
      pull: (controller) => {
        this.pulls++;
        const { done, value } = iterator.next();
        if (!done) controller.enqueue(value);
        else if (error === undefined) controller.close();
        else controller.error(error);
      },
      cancel: (reason) => void this.cancelled.push(reason),
    }, { highWaterMark: 0 });
  }
}
