/**
 * The bounds in SECURITY.md are those of the code.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { readDocument, ROOT } from "./documents.ts";

/** What a unit of the document is in the code's: milliseconds, and bytes. */
const UNITS: Record<string, number> = {
  "ms": 1,
  "s": 1_000,
  "KiB": 1024,
  "MiB": 1024 * 1024,
  "": 1,
};

/** Every constant and default of a number in `src`, by its name: a name may stand for several. */
async function numbersInSource(): Promise<Map<string, Set<number>>> {
  const numbers = new Map<string, Set<number>>();
  for (const path of await sourceFiles(new URL("src/", ROOT))) {
    const text = await Deno.readTextFile(path);
    for (const [, name, value] of text.matchAll(/\b(\w+)(?:: number)?(?: =|:) ([\d_ *]*\d)[;,]/g)) {
      const product = value!.replaceAll("_", "").split("*").reduce((all, part) => all * +part, 1);
      numbers.set(name!, (numbers.get(name!) ?? new Set()).add(product));
    }
  }
  return numbers;
}

async function sourceFiles(directory: URL): Promise<URL[]> {
  const files: URL[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) files.push(...await sourceFiles(new URL(`${name}/`, directory)));
    else if (name.endsWith(".ts")) files.push(new URL(name, directory));
  }
  return files;
}

Deno.test("the bounds in SECURITY.md are those of the code", async () => {
  const numbers = await numbersInSource();
  const { text } = await readDocument("SECURITY.md");
  const rows = text.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const wrong: string[] = [];
  let compared = 0;
  for (const [, , bound, value] of rows) {
    const name = /`(\w{5,})`/.exec(bound!)?.[1];
    const [, number, unit] = /^(\d+) ?(ms|s|KiB|MiB|)$/.exec(value!) ?? [];
    if (!name || !number) continue;
    compared++;
    const inCode = numbers.get(name) ?? new Set();
    if (inCode.has(+number * UNITS[unit!]!)) continue;
    wrong.push(`${name} is ${[...inCode]} in the code, ${value} in the document`);
  }
  assertEquals(wrong, []);
  assert(compared > 12, `${compared} rows were compared`);
});
