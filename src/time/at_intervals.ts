/**
 * Checks at intervals.
 *
 * @module
 */

import { STANDSTILLS } from "./standstill.ts";

/**
 * Calls `check` at each interval. What it measures by `waitedSince` leaves out the time in which the
 * process stood still.
 *
 * @param interval In milliseconds.
 * @returns A function that ends the checks.
 */
export function atIntervals(interval: number, check: () => void): () => void {
  const unwatch = STANDSTILLS.watch();
  const timer = setInterval(check, interval);
  return () => {
    clearInterval(timer);
    unwatch();
  };
}
