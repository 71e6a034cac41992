/**
 * A ledger as the log has it.
 *
 * @module
 */

/**
 * Its numbers as they stand, which read as a sentence in a line of text. It is a copy: a log may keep
 * what it is given, and a ledger leads to everything that its consumers have.
 *
 * @param text The sentence.
 */
export function loggedLedger(
  ledger: { toJSON(): Record<string, unknown> },
  text: string,
): Record<string, unknown> {
  return { ...JSON.parse(JSON.stringify(ledger)), toString: () => text };
}
