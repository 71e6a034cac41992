import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RtmpLimitError } from "../../src/errors.ts";
import { safeFileName, safePathName } from "../../src/publication/file_name.ts";
import { parseName } from "../../src/session/server/stream_name.ts";

const path = fc.string({
  unit: fc.constantFrom("/", "a", "B", ".", "+", "%", " ", "é", "\0"),
  maxLength: 40,
});

Deno.test("parseName() takes the query away and nothing else", () => {
  fc.assert(fc.property(path, (text) => {
    assertEquals(parseName(`${text}?a=?b`, 100).name, text);
  }));
});

Deno.test("parseName() throws on more characters than allowed", () => {
  assertEquals(parseName("x".repeat(10), 10).name.length, 10);
  assertThrows(() => parseName("x".repeat(11), 10), RtmpLimitError, "11 characters");
  assertThrows(() => parseName("a?" + "x".repeat(9), 10), RtmpLimitError);
});

const FILE_NAMES: [name: string, fileName: string][] = [
  ["demo", "demo"],
  ["Demo_1-2.flv", "Demo_1-2.flv"],
  ["", "%"],
  ["\0", "%00"],
  ["%", "%25"],
  [".", "%2E"],
  ["..", "%2E."],
  [".hidden", "%2Ehidden"],
  ["a/b", "a%2Fb"],
  ["a\\b:c*d", "a%5Cb%3Ac%2Ad"],
  ["%2F", "%252F"],
  ["a b+c", "a%20b%2Bc"],
  ["-rf", "%2Drf"],
  ["a-b", "a-b"],
  ["é", "%C3%A9"],
];

for (const [name, fileName] of FILE_NAMES) {
  Deno.test(`safeFileName() makes ${fileName} of ${JSON.stringify(name)}`, () => {
    assertEquals(safeFileName(name), fileName);
  });
}

for (
  const [what, safe] of [["safeFileName", safeFileName], ["safePathName", safePathName]] as const
) {
  Deno.test(`${what}() makes one part of a path that every file system takes`, () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (name) => {
      assertMatch(safe(name), /^[A-Za-z0-9_%-][A-Za-z0-9_.%+~-]{0,200}$/);
    }));
  });

  Deno.test(`${what}() makes long names of all sorts short, and tells them apart`, () => {
    const names = ["x", "é", "/", "a/"].map((unit) => unit.repeat(4000));
    const long = [...names, ...names.map((name) => `${name}1`), ...names.map((name) => `${name}2`)];
    const short = long.map(safe);
    assert(short.every(({ length }) => length <= 200));
    assertEquals(new Set(short).size, long.length);
  });
}

Deno.test("safePathName() never makes the same of two paths", () => {
  fc.assert(fc.property(path, path, (a, b) => {
    assertEquals(safePathName(a) === safePathName(b), a === b);
  }));
});

Deno.test("safePathName() joins the parts by a plus", () => {
  assertEquals(safePathName("live/inst/cam 1"), "live+inst+cam%201");
});
