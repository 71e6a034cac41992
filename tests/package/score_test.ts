/**
 * What JSR's score asks of a package, as far as its sources decide it: `deno publish --dry-run` looks
 * at the types, and the description and the runtimes are set on the site.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** Versions of this format differ: `deno doc` says which one it writes. */
const FORMAT = 2;

interface Comment {
  doc?: string;
  tags?: { kind: string }[];
}

interface Declaration {
  kind: string;
  declarationKind: string;
  jsDoc?: Comment;
}

interface Entry {
  module_doc?: Comment;
  symbols: { name: string; declarations: Declaration[] }[];
}

/** All entry points at once, as JSR looks at them: what one shares with another counts in both. */
async function readEntries(): Promise<Map<string, Entry>> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...Object.values(denoJson.exports)],
    cwd: ROOT,
  });
  const { success, stdout, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
  const { version, nodes } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(version, FORMAT);
  return new Map(Object.entries(nodes));
}

function declarations({ symbols }: Entry): (Declaration & { name: string })[] {
  return symbols.flatMap(({ name, declarations }) =>
    declarations.filter(({ declarationKind }) => declarationKind !== "private")
      .map((declaration) => ({ name, ...declaration }))
  );
}

function isDocumented({ jsDoc }: Declaration): boolean {
  return jsDoc !== undefined && (Boolean(jsDoc.doc) || (jsDoc.tags?.length ?? 0) > 0);
}

function hasExample({ jsDoc }: Declaration): boolean {
  return jsDoc?.tags?.some(({ kind }) => kind === "example") ?? false;
}

Deno.test("every entry point says what it is", async () => {
  const entries = await readEntries();
  assertEquals(entries.size, Object.keys(denoJson.exports).length);
  for (const [path, { module_doc }] of entries) assert(module_doc?.doc, path);
});

Deno.test("the README has code in it", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  assert(readme.includes("```ts"));
});

Deno.test("JSR sees documentation at 80 % of the symbols at least", async () => {
  const all = [...(await readEntries()).values()].flatMap(declarations);
  const bare = all.filter((declaration) => !isDocumented(declaration)).map(({ name }) => name);
  assert(all.length > 100, `${all.length} symbols`);
  assert(bare.length <= all.length * 0.2, `${bare.length} of ${all.length}: ${bare.join(", ")}`);
});

Deno.test("every function and class of the public face has an example", async () => {
  const [main] = (await readEntries()).values();
  // The implementation of overloads is a declaration, too.
  const byName = Map.groupBy(
    declarations(main!).filter(({ kind }) => kind === "function" || kind === "class"),
    ({ name }) => name,
  );
  const without = [...byName].filter(([, all]) => !all.some(hasExample)).map(([name]) => name);
  assertEquals(without, []);
});
