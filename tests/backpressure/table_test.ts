/**
 * The table of all these places in docs/architecture.md is true: its bounds and tests are there.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { DEFAULT_GOP_CACHE } from "../../src/channel/gop_cache.ts";
import { DEFAULT_LIMITS } from "../../src/session/limits.ts";

const ROOT = new URL("../../", import.meta.url);

const text = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** All files of a directory that are TypeScript, by their paths. */
async function* sources(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(directory, ROOT))) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

/** What each constant of the sources may be, as far as it is a product of numbers. */
async function constants(): Promise<Map<string, Set<number>>> {
  const found = new Map<string, Set<number>>();
  for await (const path of sources("src")) {
    for (const [, name, value] of (await text(path)).matchAll(CONSTANT)) {
      const product = value!.split("*").reduce((product, factor) => product * number(factor), 1);
      found.set(name!, (found.get(name!) ?? new Set()).add(product));
    }
  }
  for (const [name, value] of Object.entries(DEFAULT_LIMITS)) found.set(name, new Set([value]));
  found.set("DEFAULT_GOP_CACHE", new Set([DEFAULT_GOP_CACHE.maxBytes]));
  return found;
}

const CONSTANT = /^(?:export )?const ([A-Z_]+)(?:: number)? = ([\d_ *]+);/gm;

/** A name and its value, as in "`LIVE_QUEUE_BYTES` 16 Mi". */
const BOUND = /`([A-Za-z_]{9,})` ([\d,]+)(?: (Ki|Mi))?/g;

const UNITS: Record<string, number> = { Ki: 1024, Mi: 1024 * 1024 };

function number(digits: string): number {
  return Number(digits.replace(/[_,\s]/g, ""));
}

Deno.test("the table of where data can pile up names bounds and tests that there are", async () => {
  const page = await text("docs/architecture.md");
  const rows = page.split("\n## ").find((part) => part.startsWith("Where data can pile up"))!
    .split("\n").filter((line) => line.startsWith("| ")).slice(2);
  assert(rows.length > 15);
  const known = await constants();
  let bounds = 0;
  for (const row of rows) {
    for (const [, name, value, unit] of row.matchAll(BOUND)) {
      const stated = number(value!) * (unit === undefined ? 1 : UNITS[unit]!);
      assert(known.get(name!)?.has(stated), `${name} is ${[...known.get(name!) ?? []]}: ${row}`);
      bounds++;
    }
    const tests = [...row.matchAll(/`([a-z_/]+_test\.ts)`/g)];
    assert(tests.length > 0, `No test: ${row}`);
    for (const [, path] of tests) {
      const file = path!.includes("/") ? `tests/${path}` : `tests/backpressure/${path}`;
      assertEquals((await Deno.stat(new URL(file, ROOT))).isFile, true);
    }
  }
  assert(bounds > 10);
});
