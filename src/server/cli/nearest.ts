/**
 * A guess at the word that a misspelt one means.
 *
 * @module
 */

/** The largest part of a word that may be wrong. */
const TOLERANCE = 1 / 3;

/** The choice that begins with the word, or else the one with the smallest edit distance. */
export function nearest(word: string, choices: string[]): string | undefined {
  if (word === "") return undefined;
  const [best] = choices.map((choice) => ({ choice, changes: changes(word, choice) }))
    .filter(({ choice, changes }) => changes <= Math.ceil(choice.length * TOLERANCE))
    .sort((a, b) => a.changes - b.changes);
  return choices.find((choice) => choice.startsWith(word)) ?? best?.choice;
}

/** The Levenshtein distance: the number of letters to insert, remove or replace. */
function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = above[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, above[j]! + 1, row[j - 1]! + 1);
    }
  }
  return row[to.length]!;
}
