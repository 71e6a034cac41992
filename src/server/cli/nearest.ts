/**
 * The word that a misspelt one stands for.
 *
 * @module
 */

/** The part of a word that may be wrong. */
const TOLERANCE = 1 / 3;

/** The choice that begins with the word, else the one that takes the fewest changes to become it. */
export function nearest(word: string, choices: string[]): string | undefined {
  if (word === "") return undefined;
  const [best] = choices.map((choice) => ({ choice, changes: changes(word, choice) }))
    .filter(({ choice, changes }) => changes <= Math.ceil(choice.length * TOLERANCE))
    .sort((a, b) => a.changes - b.changes);
  return choices.find((choice) => choice.startsWith(word)) ?? best?.choice;
}

/** Levenshtein's distance: letters to insert, remove or replace. */
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
