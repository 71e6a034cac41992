/**
 * Tests that can take long: more rounds, and longer waits, where `SLUICE_TEST_LONG=1` asks for them.
 *
 * @module
 */

/** Whether the long tests were asked for. */
export const long: boolean = Deno.env.get("SLUICE_TEST_LONG") === "1";

/** How many rounds a test makes: the first number, or the second one in the long tests. */
export function repeat(short: number, longer: number): number {
  return long ? longer : short;
}
