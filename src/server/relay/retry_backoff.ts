/**
 * The retry backoff of a relay.
 *
 * @module
 */

import { RtmpCommandError } from "../../errors.ts";
import { StatusCode } from "../../session/status.ts";

/** The wait after the first failure, in milliseconds; it doubles with each further one. */
const FIRST_WAIT = 1_000;

/** The longest wait, in milliseconds. */
const LONGEST_WAIT = 30_000;

/** The wait after a missing permission, in milliseconds. */
const WAIT_FOR_PERMISSION = 60_000;

/**
 * The wait after the first loop, in milliseconds; it doubles with each further one. By then the sent
 * frames are forgotten. So another encoder that sends the same file does not stop a relay for long.
 */
const FIRST_WAIT_AFTER_LOOP = 15_000;

/** The longest wait after a loop, in milliseconds. */
const LONGEST_WAIT_AFTER_LOOP = 300_000;

/** Uptime that proves that a relay is not in a loop, in milliseconds. */
const LOOP_FREE_UPTIME = 60_000;

/** Uptime after which earlier failures no longer count, in milliseconds. */
const STABLE_UPTIME = 10_000;

/** Counts the consecutive failures of a relay, and computes the wait before the next attempt. */
export class RetryBackoff {
  /** The number of consecutive failures. */
  failures = 0;
  /** The number of loops since the relay last proved to be in none. */
  #loops = 0;
  #lastError: string | undefined;

  /** Notes how long the relay has worked, in milliseconds. */
  recordUptime(milliseconds: number): void {
    if (milliseconds > STABLE_UPTIME) this.failures = 0;
    if (milliseconds > LOOP_FREE_UPTIME) this.#loops = 0;
  }

  /**
   * Counts a failure.
   *
   * @returns The wait before the next attempt, in milliseconds. Half of it is random, so that relays
   * that failed together do not retry together. After a loop none of it is.
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

  /** Whether to log a failure as a warning: a permanent failure is logged once. */
  shouldWarn(error: unknown, text: string): boolean {
    const isPermanent = error instanceof Deno.errors.NotCapable || isLoop(error);
    const isRepeated = text === this.#lastError;
    this.#lastError = text;
    return !(isPermanent && isRepeated);
  }
}

/** Whether an error reports a loop: a stream that came back to the server that relays it. */
export function isLoop(error: unknown): boolean {
  return error instanceof RtmpCommandError && error.statusCode === StatusCode.PublishLoop;
}

/** Waits until the time has passed or the signal is aborted. */
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
