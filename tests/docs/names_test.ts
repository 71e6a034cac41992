import { assertEquals } from "@std/assert";
import type { Flag } from "../../src/server/cli/flag.ts";
import { type FlagName, FLAGS } from "../../src/server/cli/flags.ts";
import { variableOf } from "../../src/server/cli/variables.ts";
import { openApi } from "../../src/server/api/openapi/openapi.ts";
import { codeBlocks, documents } from "./documents.ts";

const DOCUMENTS = await documents();
const TEXT = DOCUMENTS.map(({ text }) => text).join("\n");

/** Flags of Deno that stand by themselves in the text, and of the benches. */
const NOT_OURS = /^--(allow-(net|read|write|env|sys)|no-prompt|flood|frames|publishers)$/;

const FLAG = /--[a-z][a-z-]*/g;

/** What stands behind the program of the server on a command line. */
const COMMAND =
  /(?:src\/server\/main\.ts|@sluice\/rtmp\/server|task start)\b((?:[^|&\n\\]|\\\n)*)/g;

function flagsIn(text: string): string[] {
  return Array.from(text.matchAll(FLAG), ([flag]) => flag);
}

function distinct(items: Iterable<string>): string[] {
  return [...new Set(items)].sort();
}

const NAMES = Object.keys(FLAGS).map((name) => `--${name}`);

Deno.test("every flag of the server stands in the documents", () => {
  const inDocuments = flagsIn(TEXT);
  assertEquals(NAMES.filter((flag) => !inDocuments.includes(flag)), []);
});

Deno.test("every flag in the documents is one of the server's", () => {
  const named = Array.from(TEXT.matchAll(/`(--[^`\n]+)`/g), ([, code]) => code!).flatMap(flagsIn);
  const used = DOCUMENTS.flatMap(codeBlocks)
    .flatMap(({ code }) => Array.from(code.matchAll(COMMAND), ([, args]) => args!))
    .flatMap(flagsIn);
  assertEquals(used.length > 0, true);
  const unknown = distinct([...named, ...used]).filter(isOurs)
    .filter((flag) => !NAMES.includes(flag));
  assertEquals(unknown, []);
});

function isOurs(flag: string): boolean {
  return !NOT_OURS.test(flag);
}

Deno.test("the documents and the server name the same variables", () => {
  const named = Array.from(TEXT.matchAll(/\bSLUICE_[A-Z_]+/g), ([variable]) => variable);
  const read = Object.entries<Flag>(FLAGS).filter(([, { secret }]) => secret)
    .map(([name]) => variableOf(name as FlagName));
  assertEquals(distinct(named), distinct(read));
});

/** The paths of the API in the documents; examples write it as `$API`. */
const NAMED_PATHS = distinct(
  Array.from(
    TEXT.replaceAll("$API", "/api/v1").matchAll(
      /\/(?:api\/v1|metrics|healthz|readyz)\b[^\s`"'?)]*/g,
    ),
    ([path]) => path.replace(/[.,:;]+$/, ""),
  ),
);

/** The paths that are described, as patterns; a stream's path can hold slashes. */
const ROUTES = Object.keys(openApi.paths as Record<string, unknown>).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, ".+")}$`),
}));

Deno.test("every path in the documents is one that the server answers", () => {
  const unknown = NAMED_PATHS.filter((path) => path !== "/api/v1")
    .filter((path) => !ROUTES.some(({ pattern }) => pattern.test(path)));
  assertEquals(unknown, []);
});

Deno.test("every path that the server answers stands in the documents", () => {
  const missing = ROUTES.filter(({ path }) => /^\/(api|metrics|healthz|readyz)/.test(path))
    .filter(({ pattern }) => !NAMED_PATHS.some((path) => pattern.test(path)));
  assertEquals(missing.map(({ path }) => path), []);
});
