/**
 * Checks of numbers that a caller sets: limits, sizes, times, ports.
 *
 * @module
 */

/** The longest delay of a timer, in milliseconds. A timer with a longer one fires at once. */
export const MAX_TIMEOUT: number = 2 ** 31 - 1;

/**
 * Checks a number that a caller has set.
 *
 * @param name The name of the option, for the message of the error.
 * @throws {RangeError} If it is not a whole number from `least` to `most`.
 */
export function checkNumber(
  name: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isInteger(value) && value as number >= least && value as number <= most) {
    return value as number;
  }
  const given = typeof value === "number" ? String(value) : `a value of type ${typeof value}`;
  throw new RangeError(
    `Cannot use ${given} as ${name}: expected a whole number from ${least} to ${most}`,
  );
}
