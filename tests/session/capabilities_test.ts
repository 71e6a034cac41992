import { assertEquals } from "@std/assert";
import { localCapabilities, readCapabilities } from "../../src/session/capabilities.ts";

const SAID: [what: string, object: Record<string, unknown>, fourCcs: string[], capsEx: number][] = [
  ["fourCcList", { fourCcList: ["av01", "hvc1"] }, ["av01", "hvc1"], 0],
  ["an empty fourCcList", { fourCcList: [] }, [], 0],
  ["the wildcard", { fourCcList: ["*"] }, ["*"], 0],
  [
    "info maps",
    {
      videoFourCcInfoMap: { "*": 4, vp09: 3 },
      audioFourCcInfoMap: { Opus: 1, fLaC: 2 },
    },
    ["*", "vp09", "Opus"],
    0,
  ],
  ["both", { fourCcList: ["av01"], videoFourCcInfoMap: { av01: 1, avc1: 1 } }, ["av01", "avc1"], 0],
  // As one encoder has it.
  ["objects for numbers", { videoFourCcInfoMap: { av01: {} } }, ["av01"], 0],
  ["capsEx", { capsEx: 5 }, [], 5],
  ["values that are no text", { fourCcList: [1, null, ["av01"], { a: 1 }, "avc1"] }, ["avc1"], 0],
];

for (const [what, object, fourCcs, capsEx] of SAID) {
  Deno.test(`readCapabilities() reads ${what}`, () => {
    const read = readCapabilities(object);
    assertEquals([read.announced, [...read.fourCcs], read.capsEx], [true, fourCcs, capsEx]);
  });
}

Deno.test("readCapabilities() ignores values of another type", () => {
  for (
    const object of [
      {},
      { fourCcList: "avc1", capsEx: "15" },
      { fourCcList: null, videoFourCcInfoMap: 5, audioFourCcInfoMap: null },
      JSON.parse('{"__proto__":{"fourCcList":["avc1"],"capsEx":15}}'),
    ]
  ) {
    const { announced, fourCcs, capsEx } = readCapabilities(object);
    assertEquals([announced, [...fourCcs], capsEx], [false, [], 0]);
  }
});

Deno.test("readCapabilities() reads localCapabilities() as everything", () => {
  const { announced, fourCcs, capsEx } = readCapabilities(localCapabilities());
  assertEquals([announced, fourCcs.size, capsEx], [true, 12, 15]);
});
