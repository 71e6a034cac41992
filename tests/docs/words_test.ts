/**
 * Words that an operator or a programmer has to decode. Texts name who acts (peer, publisher, player,
 * viewer, operator, caller), use the verbs of the field, and give intervals and numbers with units.
 *
 * Names in code spans and words that are a string of their own are allowed: `anyone` may be a value.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "./documents.ts";
import { literalsOf } from "./literals.ts";

/** Words that hide who acts, or how long something takes. No text has them. */
const HIDING = /\b(whoever|somebody|nobody|anybody|it is looked|so many milliseconds)\b/i;

/** Words for which the field has better ones. Documents and comments in `src` do not have them. */
const BETTER: readonly [words: RegExp, better: string][] = [
  [/\b(takes? in|took in|taken in|taking in)\b/i, "accept, receive"],
  [/\b(turn(s|ed|ing)? away)\b/i, "refuse, reject"],
  [/\b(hand(s|ed|ing)? on|gives? on|given on)\b/i, "pass on, deliver"],
  [/\b(goes on|go on|going on|went on)\b/i, "continue, resume, keep"],
  [/\b(has|have|is|are) gone\b/i, "has disconnected, has ended"],
  [/\bright behind\b/i, "immediately after"],
  [/\bhears\b/i, "is told, receives"],
  [/\b(everybody|everyone|those who|he who)\b/i, "every client, viewers, callers"],
  [/\bfor ever\b/i, "without limit, indefinitely"],
  [/\bin an orderly\b/i, "gracefully"],
  [/\bbut for\b/i, "except"],
  [/\bunless given\b/i, "by default"],
  [/\bbooks\b/i, "ledger"],
  [/\banew\b/i, "again, restart"],
  [/\b(from|stands?) behind\b/i, "after"],
  [/\bwhatever (changes|carries|keeps|watches|starts)\b/i, "requests that change, programs that"],
];

/** Words for which texts at run time have better ones: errors, log lines, answers, the page. */
const BETTER_AT_RUN_TIME: readonly [words: RegExp, better: string][] = [
  ...BETTER,
  [/\bcut off\b/i, "disconnected"],
  [/\bsent away\b/i, "disconnected by an operator"],
  [/\bcome back\b/i, "reconnect"],
  [/\btold\b/i, "notified"],
  [/\b(cannot take|taken nothing|was taken)\b/i, "accept, read, receive"],
  [/\bread .{0,40}, expected at most\b/i, "a limit: 20 bytes, limit 10"],
  [/\bwait any longer\b/i, "timed out"],
];

/** Where people read: sources, documents, tests. */
const PLACES = [
  "src/",
  "docs/",
  "tests/",
  "bench/",
  "mod.ts",
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
];

/** Where the better words are expected. */
const STRICT = /^(src\/|docs\/|mod\.ts$|[A-Z]+\.md$)/;

const IS_TEXT = /\.(ts|js|mjs|css|html|md)$/;

/** This file, which has the words themselves. */
const SELF = "tests/docs/words_test.ts";

async function* files(path: string): AsyncGenerator<string> {
  if (!path.endsWith("/")) return yield path;
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, ROOT))) {
    if (isDirectory) yield* files(`${path}${name}/`);
    else if (IS_TEXT.test(name) && `${path}${name}` !== SELF) yield `${path}${name}`;
  }
}

/** The prose of a line: all of a document but its indented blocks, and the comments of a source. */
function proseOf(file: string, line: string): string {
  const prose = file.endsWith(".md")
    ? line.replace(/^ {4}.*/, "")
    : /(?:^\s*\/?\*+|(?<!:)\/\/)(.*)/.exec(line)?.[1] ?? "";
  return withoutNames(prose);
}

/** Without code spans. */
function withoutNames(text: string): string {
  return text.replace(/`[^`]*`/g, "");
}

/** The lines of all texts, by file and number. */
async function* lines(): AsyncGenerator<{ file: string; at: string; line: string }> {
  for (const place of PLACES) {
    for await (const file of files(place)) {
      const text = await Deno.readTextFile(new URL(file, ROOT));
      for (const [i, line] of text.split("\n").entries()) {
        yield { file, at: `${file}:${i + 1}`, line };
      }
    }
  }
}

Deno.test("every text names who acts", async () => {
  const found: string[] = [];
  const read = new Set<string>();
  for await (const { file, at, line } of lines()) {
    read.add(file);
    // A string of one word is a value.
    const text = file.endsWith(".md") ? withoutNames(line) : line.replace(/"\w+"|`\w+`/g, "");
    const [word] = HIDING.exec(text) ?? [];
    if (word) found.push(`${at}: ${word}`);
  }
  assert(read.size > 100, `${read.size} files`);
  assertEquals(found, []);
});

Deno.test("documents and comments use the words of the field", async () => {
  const found: string[] = [];
  for await (const { file, at, line } of lines()) {
    if (!STRICT.test(file)) continue;
    const prose = proseOf(file, line);
    for (const [words, better] of BETTER) {
      const [word] = words.exec(prose) ?? [];
      if (word) found.push(`${at}: ${word}; better: ${better}`);
    }
  }
  assertEquals(found, []);
});

Deno.test("errors, log lines, answers and the page use the words of the field", async () => {
  const found: string[] = [];
  let count = 0;
  for await (const file of files("src/")) {
    if (!/\.(ts|js)$/.test(file)) continue;
    const source = await Deno.readTextFile(new URL(file, ROOT));
    for (const { line, text } of literalsOf(file, source)) {
      // A text has words; a name or a path has none.
      if (!/[a-z] [a-z]/i.test(text)) continue;
      count++;
      for (const [words, better] of BETTER_AT_RUN_TIME) {
        const [word] = words.exec(withoutNames(text)) ?? [];
        if (word) found.push(`${file}:${line}: ${word}; better: ${better}`);
      }
    }
  }
  assert(count > 300, `${count} texts`);
  assertEquals(found, []);
});
