/**
 * Waiting for a peer, but not for ever.
 *
 * @module
 */

import { RtmpTimeoutError } from "../errors.ts";

/** The longest time that timers take, in milliseconds: beyond it they fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

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
