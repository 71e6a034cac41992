/**
 * Words that hide who acts, or how long something takes. Name the peer, publisher, player, viewer,
 * operator or caller instead, and the interval or the number with its unit.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "./documents.ts";

const HIDING = /\b(whoever|somebody|nobody|anybody|it is looked|so many milliseconds)\b/i;

/** Where people read: sources, documents, tests. */
const PLACES = ["src/", "docs/", "tests/", "bench/", "README.md", "CONTRIBUTING.md"];

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

Deno.test("every text names who acts", async () => {
  const found: string[] = [];
  let read = 0;
  for (const place of PLACES) {
    for await (const file of files(place)) {
      const lines = (await Deno.readTextFile(new URL(file, ROOT))).split("\n");
      read++;
      for (const [i, line] of lines.entries()) {
        const [word] = HIDING.exec(line) ?? [];
        if (word) found.push(`${file}:${i + 1}: ${word}`);
      }
    }
  }
  assert(read > 100, `${read} files`);
  assertEquals(found, []);
});
