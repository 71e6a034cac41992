/**
 * A ledger as a value of a log record.
 *
 * @module
 */

/**
 * A copy of the ledger's numbers, which prints as a sentence in a line of text. A log may keep its
 * values, and the ledger itself would keep all its consumers in memory.
 *
 * @param text The sentence.
 */
export function loggedLedger(
  ledger: { toJSON(): Record<string, unknown> },
  text: string,
): Record<string, unknown> {
  return { ...JSON.parse(JSON.stringify(ledger)), toString: () => text };
}
