/**
 * The rooms of docs/architecture.md: each imports only from those above it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { readDocument, ROOT } from "./documents.ts";

const SOURCES = new URL("src/", ROOT);

/** The specifiers of what a module imports or exports again. */
const SPECIFIER = /\bfrom "(\.[^"]+)"/g;

/** The rooms in the order of the table. */
async function rooms(): Promise<string[]> {
  const { text } = await readDocument("docs/architecture.md");
  const [, section = ""] = /\n## Rooms\n(.*?)\n#/s.exec(text) ?? [];
  return Array.from(section.matchAll(/^\| `(\w+)` /gm), ([, room]) => room!);
}

/** All modules of a directory. */
async function* modules(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* modules(new URL(`${name}/`, directory));
    else if (name.endsWith(".ts")) yield new URL(name, directory);
  }
}

/** The first part of a path below `src`. */
function roomOf(module: URL): string {
  return module.pathname.slice(SOURCES.pathname.length).split("/")[0]!;
}

Deno.test("the architecture names every room", async () => {
  const directories = [];
  for await (const { name, isDirectory } of Deno.readDir(SOURCES)) {
    if (isDirectory) directories.push(name);
  }
  assertEquals((await rooms()).sort(), directories.sort());
});

Deno.test("a room imports only from rooms above it", async () => {
  const order = await rooms();
  const wrong: string[] = [];
  let imports = 0;
  for (const room of order) {
    for await (const module of modules(new URL(`${room}/`, SOURCES))) {
      for (const [, specifier] of (await Deno.readTextFile(module)).matchAll(SPECIFIER)) {
        imports++;
        const imported = roomOf(new URL(specifier!, module));
        if (order.indexOf(imported) > order.indexOf(room)) wrong.push(`${module} → ${specifier}`);
      }
    }
  }
  assert(imports > order.length, "no imports were found");
  assertEquals(wrong, []);
});
