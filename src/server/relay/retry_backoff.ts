/**
 * How often a relay has failed, and how long it waits before it tries again.
 *
 * @module
 */

import { RtmpCommandError } from "../../errors.ts";
import { StatusCode } from "../../session/status.ts";

/** The wait after the first failure, in milliseconds; it doubles with each further one. */
const FIRST_WAIT = 1_000;

/** The longest wait, in milliseconds. */
const LONGEST_WAIT = 30_000;

/** The wait for an operator who gives a permission, in milliseconds. */
const WAIT_FOR_PERMISSION = 60_000;

/**
 * The wait after a stream has come back, in milliseconds, doubled likewise: until then its frames are
 * forgotten, so that a file which another encoder had sent by chance does not stop a relay for long.
 */
const FIRST_WAIT_AFTER_LOOP = 15_000;

/** The longest of these, in milliseconds. */
const LONGEST_WAIT_AFTER_LOOP = 300_000;

/** A relay that has worked for so long leads into no loop, in milliseconds. */
const LOOP_FREE_UPTIME = 60_000;

/** A relay that has worked for so long has not failed when it ends, in milliseconds. */
const STABLE_UPTIME = 10_000;

/** The failures of a relay in a row. */
export class RetryBackoff {
  /** How many there were. */
  failures = 0;
  /** How many of them were loops, since it last worked for long. */
  #loops = 0;
  #lastError: string | undefined;

  /** The relay has worked for this time, in milliseconds. */
  recordUptime(milliseconds: number): void {
    if (milliseconds > STABLE_UPTIME) this.failures = 0;
    if (milliseconds > LOOP_FREE_UPTIME) this.#loops = 0;
  }

  /**
   * Counts a failure.
   *
   * @returns How long to wait, in milliseconds: half of it fixed, half by chance, so that many that
   * failed together do not try again together. After a loop all of it is fixed.
   */
  recordFailure(error: unknown): number {
    this.failures++;
    if (error instanceof Deno.errors.NotCapable) return WAIT_FOR_PERMISSION;
    if (isLoop(error)) {
      return Math.min(FIRST_WAIT_AFTER_LOOP * 2 ** this.#loops++, LONGEST_WAIT_AFTER_LOOP);
    }
    const most = Math.min(FIRST_WAIT * 2 ** (this.failures - 1), LONGEST_WAIT);
    return most / 2 + Math.random() * most / 2;
  }

  /** Whether a failure is worth a line in the log: one that lasts is said once. */
  shouldWarn(error: unknown, text: string): boolean {
    const isPermanent = error instanceof Deno.errors.NotCapable || isLoop(error);
    const isRepeated = text === this.#lastError;
    this.#lastError = text;
    return !(isPermanent && isRepeated);
  }
}

/** Whether an error says that a stream has come back to where it was sent from. */
export function isLoop(error: unknown): boolean {
  return error instanceof RtmpCommandError && error.statusCode === StatusCode.PublishLoop;
}

/** Waits, or less when it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
