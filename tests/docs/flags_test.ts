/**
 * `docs/flags.md` and `--help`, which are both made from the table of flags.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Flag } from "../../src/server/cli/flag.ts";
import { type FlagName, FLAGS } from "../../src/server/cli/flags.ts";
import { HELP, usageOf } from "../../src/server/cli/help.ts";
import { variableOf } from "../../src/server/cli/variables.ts";
import { readDocument } from "./documents.ts";

/** A terminal as small as they get. */
const SCREEN = { columns: 80, lines: 24 };

/** A row of the table, cell by cell. */
function rowOf([name, flag]: [string, Flag]): string[] {
  const { help, more, permissions, repeatable, secret, default: standard, otherwise } = flag;
  const code = (text: string | undefined) => text === undefined ? "" : `\`${text}\``;
  const link = more?.startsWith("flags.md") ? more.slice("flags.md".length) : more;
  return [
    code(usageOf(name, flag).replaceAll("|", "\\|")),
    standard === undefined ? otherwise ?? "" : code(standard),
    `${help.replaceAll("<", "\\<")}${repeatable ? "; repeatable" : ""}${
      link ? ` ([more](${link}))` : ""
    }`,
    secret ? code(variableOf(name as FlagName)) : "",
    permissions === undefined ? "" : code(permissions),
  ];
}

Deno.test("the table in docs/flags.md is that of the program", async () => {
  const { text } = await readDocument("docs/flags.md");
  const [, table = ""] = /<!-- flags -->(.*)<!-- end of flags -->/s.exec(text) ?? [];
  const rows = table.trim().split("\n").slice(2);
  const cells = rows.map((row) => row.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()));
  assertEquals(cells, Object.entries<Flag>(FLAGS).map(rowOf));
});

Deno.test("--help has each flag, in sections that fit on a screen", () => {
  const sections = HELP.split("\n\n");
  assert(sections.length > 5);
  for (const section of sections) {
    const lines = section.split("\n");
    assert(lines.length <= SCREEN.lines, section);
    assertEquals(lines.filter((line) => line.length > SCREEN.columns), []);
  }
  for (const [name, flag] of Object.entries<Flag>(FLAGS)) {
    assert(HELP.includes(`\n  ${usageOf(name, flag)}`), name);
  }
});
