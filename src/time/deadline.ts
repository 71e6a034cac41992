/**
 * Time limits of operations on a peer.
 *
 * @module
 */

import { checkNumber, MAX_TIMEOUT } from "../check_number.ts";
import { RtmpTimeoutError } from "../errors.ts";
import { after } from "./idle.ts";

/** How long an operation may take. */
export interface Deadline {
  /** The longest wait, in milliseconds; it begins again when the process has stood still. */
  timeout: number;
  /** Ends the wait early, with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits for `work`. A timeout ends the wait, not the work: the caller has to stop that.
 *
 * @param action What is being done, for the message of the error: "connect to live".
 * @throws {RtmpTimeoutError} If it takes too long.
 */
export async function withDeadline<T>(
  action: string,
  work: Promise<T>,
  { timeout, signal }: Deadline,
): Promise<T> {
  let reject!: (reason: unknown) => void;
  const over = new Promise<never>((_, rejectOver) => reject = rejectOver);
  const stop = after(timeout, () =>
    reject(
      new RtmpTimeoutError(`Cannot ${action}`, {
        read: `nothing for ${timeout / 1000} s`,
        expected: "an answer",
      }),
    ));
  const abort = () => reject(signal!.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([work, over]);
  } finally {
    stop();
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Checks a time limit that a caller has set.
 *
 * @param name What it limits, for the message of the error.
 * @param most The longest time, in milliseconds; `Infinity` where there may be no limit.
 * @throws {RangeError} If it is not a whole number of milliseconds above 0, or `Infinity` where that
 * is allowed.
 */
export function checkTimeout(
  name: string,
  milliseconds: number,
  most: number = MAX_TIMEOUT,
): number {
  if (milliseconds === Infinity && most === Infinity) return milliseconds;
  return checkNumber(name, milliseconds, 1, MAX_TIMEOUT);
}
