import { assertEquals } from "@std/assert";
import { readDocument, ROOT } from "./documents.ts";

const { text } = await readDocument("tests/README.md");

Deno.test("tests/README.md names everything in tests/support", async () => {
  const files = await Array.fromAsync(Deno.readDir(new URL("tests/support/", ROOT)));
  const unnamed = files.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``));
  assertEquals(unnamed, []);
});

Deno.test("tests/README.md names nothing that is not there", async () => {
  const named = Array.from(text.matchAll(/`([\w/]+\.m?ts)`/g), ([, name]) => name!);
  const missing = [];
  for (const name of named) {
    const path = name.includes("/") ? `tests/${name}` : `tests/support/${name}`;
    if (!await Deno.stat(new URL(path, ROOT)).catch(() => undefined)) missing.push(name);
  }
  assertEquals(missing, []);
});

Deno.test("tests/README.md names no function or class that its file does not have", async () => {
  const wrong = [];
  const groups = text.matchAll(/((?:`\w+`(?:, | and )?)+) of `([\w/]+\.ts)`/g);
  for (const [, names, file] of groups) {
    const path = file!.includes("/") ? `tests/${file}` : `tests/support/${file}`;
    const source = await Deno.readTextFile(new URL(path, ROOT));
    for (const [, name] of names!.matchAll(/`(\w+)`/g)) {
      const exported = new RegExp(`^export (async function|function|class|const) ${name}\\b`, "m");
      if (!exported.test(source)) wrong.push(`${name} of ${file}`);
    }
  }
  assertEquals(wrong, []);
});
