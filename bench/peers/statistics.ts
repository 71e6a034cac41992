/**
 * The middle of a handful of measurements.
 *
 * @module
 */

/** The value that as many are below as above. */
export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/** The value that a part of all values is not above. */
export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}
