/**
 * How two values differ, for the message of a failed assertion.
 *
 * @module
 */

/** Lines that are shown before and after a difference. */
const CONTEXT = 3;

/** The value as the console would show it, in full. */
export function show(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    iterableLimit: Infinity,
    strAbbreviateSize: Infinity,
    sorted: true,
  });
}

/** The lines of both that differ, marked with - and +, and a few around them. */
export function difference(actual: unknown, expected: unknown): string {
  const a = show(actual).split("\n");
  const b = show(expected).split("\n");
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const unlike = (lines: string[]): string[] => lines.slice(head, lines.length - tail);
  return [
    "[Diff] - Actual / + Expected, from line " + (head + 1),
    ...a.slice(Math.max(0, head - CONTEXT), head).map((line) => "  " + line),
    ...unlike(a).map((line) => "- " + line),
    ...unlike(b).map((line) => "+ " + line),
    ...a.slice(a.length - tail).slice(0, CONTEXT).map((line) => "  " + line),
  ].join("\n");
}
