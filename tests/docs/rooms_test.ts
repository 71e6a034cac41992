/**
 * The rooms of docs/architecture.md: each imports only from those above it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { readDocument, ROOT } from "./documents.ts";

const SOURCES = new URL("src/", ROOT);

/** Rooms that have rooms inside. */
const PARTED = ["server", "session"];

/** The specifiers of what a module imports or exports again. */
const SPECIFIER = /\bfrom "(\.[^"]+)"/g;

/** The rooms in the order of the table, as `bytes` or `server/http`. */
async function rooms(): Promise<string[]> {
  const { text } = await readDocument("docs/architecture.md");
  const [, section = ""] = /\n## Rooms\n(.*?)\n##/s.exec(text) ?? [];
  return Array.from(section.matchAll(/^\| `([\w/]+)` /gm), ([, room]) => room!);
}

async function directoriesOf(directory: URL): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
}

/** All modules of a directory. */
async function* modules(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* modules(new URL(`${name}/`, directory));
    else if (name.endsWith(".ts")) yield new URL(name, directory);
  }
}

/** The room of a module: of rooms inside each other, the inner one; nothing for one that is in none. */
function roomOf(module: URL, order: string[]): string | undefined {
  const path = module.pathname.slice(SOURCES.pathname.length);
  return order.filter((room) => path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

Deno.test("the architecture names every room", async () => {
  const directories = await directoriesOf(SOURCES);
  for (const room of PARTED) {
    const inner = await directoriesOf(new URL(`${room}/`, SOURCES));
    directories.push(...inner.map((name) => `${room}/${name}`));
  }
  assertEquals((await rooms()).sort(), directories.sort());
});

Deno.test("a room imports only from rooms above it", async () => {
  const order = await rooms();
  const wrong: string[] = [];
  let imports = 0;
  for await (const module of modules(SOURCES)) {
    const room = roomOf(module, order);
    if (room === undefined) continue;
    for (const [, specifier] of (await Deno.readTextFile(module)).matchAll(SPECIFIER)) {
      const imported = roomOf(new URL(specifier!, module), order);
      if (imported === undefined) continue;
      imports++;
      if (order.indexOf(imported) > order.indexOf(room)) wrong.push(`${module} → ${specifier}`);
    }
  }
  assert(imports > order.length, "no imports were found");
  assertEquals(wrong, []);
});

Deno.test("no file imports itself by way of others, for its types neither", async () => {
  const imports = new Map<string, string[]>();
  for await (const module of modules(SOURCES)) {
    const specifiers = (await Deno.readTextFile(module)).matchAll(SPECIFIER);
    imports.set(module.href, Array.from(specifiers, ([, path]) => new URL(path!, module).href));
  }
  assert(imports.size > 100, "no modules were found");
  // A file is done with when all that it imports is; what is met again before that is on the way.
  const done = new Set<string>();
  const follow = (module: string, way: string[]): string[] | undefined => {
    if (done.has(module)) return undefined;
    if (way.includes(module)) return [...way.slice(way.indexOf(module)), module];
    for (const imported of imports.get(module) ?? []) {
      const circle = follow(imported, [...way, module]);
      if (circle) return circle;
    }
    done.add(module);
    return undefined;
  };
  for (const module of imports.keys()) assertEquals(follow(module, []), undefined);
});

Deno.test("no file is longer than 250 lines", async () => {
  const long: string[] = [];
  for await (const module of modules(SOURCES)) {
    const lines = (await Deno.readTextFile(module)).split("\n").length - 1;
    if (lines > 250) long.push(`${module.pathname.slice(SOURCES.pathname.length)}: ${lines}`);
  }
  assertEquals(long, []);
});
