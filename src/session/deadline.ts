/**
 * Waiting for a peer, but not indefinitely.
 *
 * @module
 */

import { RtmpTimeoutError } from "../errors.ts";

/** The longest time that timers take, in milliseconds: beyond it they fire at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** For how long something is waited for. */
export interface Patience {
  /** The longest wait, in milliseconds. */
  timeout: number;
  /** Ends the wait early, with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits for `work`. It is not stopped when the wait is over: whoever waits has to see to that.
 *
 * @param action What is being done, for the message of the error: "connect to live".
 * @throws {RtmpTimeoutError} If it takes too long.
 */
export async function patiently<T>(
  action: string,
  work: Promise<T>,
  { timeout, signal }: Patience,
): Promise<T> {
  let reject!: (reason: unknown) => void;
  const over = new Promise<never>((_, rejectOver) => reject = rejectOver);
  const timer = setTimeout(() =>
    reject(
      new RtmpTimeoutError(`Cannot ${action}`, {
        read: `nothing for ${timeout / 1000} s`,
        expected: "an answer",
      }),
    ), Math.min(timeout, LONGEST_TIMER));
  const abort = () => reject(signal!.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Checks a time limit that a caller has set.
 *
 * @param name What it limits, for the message of the error.
 * @throws {RangeError} If it is not a number of milliseconds above 0; `Infinity` is one.
 */
export function checkTimeout(name: string, milliseconds: number): number {
  if (milliseconds > 0) return milliseconds;
  throw new RangeError(`Cannot use ${name}: ${milliseconds} is not a number of ms above 0`);
}
