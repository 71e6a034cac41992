import { assertEquals, assertStrictEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { ecmaArray } from "../../src/amf/values.ts";
import { readMetadata } from "../../src/flv/metadata.ts";
import { hex } from "../support/bytes.ts";

/** Metadata with so many members, each null. */
function members(count: number): Uint8Array {
  const object = Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, null]));
  return encodeAmf0("onMetaData", ecmaArray(object));
}

/** Metadata of so many bytes. */
function bytes(length: number): Uint8Array {
  const around = encodeAmf0("onMetaData", { a: "" }, "");
  return encodeAmf0(
    "onMetaData",
    { a: "x".repeat(60_000) },
    "x".repeat(length - around.length - 60_000),
  );
}

const READ: [what: string, data: Uint8Array, reading: unknown][] = [
  ["metadata", encodeAmf0("onMetaData", { width: 16 }), { members: { width: 16 } }],
  ["what it is followed by", encodeAmf0("onMetaData", {}, [1, 2]), { members: {} }],
  ["another event", encodeAmf0("onTextData", { width: 16 }), undefined],
  ["another event whose values are broken", concat([encodeAmf0("x"), hex("ff")]), undefined],
  ["nothing", new Uint8Array(0), undefined],
  ["no members", encodeAmf0("onMetaData", null), undefined],
  ["an array for members", encodeAmf0("onMetaData", [1]), undefined],
  ["members that are cut short", members(2).slice(0, -4), { error: "malformed" }],
  ["a name that is cut short", hex("02 000a 6f6e"), { error: "malformed" }],
  ["a name that is no string", hex("0a 0000ffff 05"), undefined],
  ["4,097 values", members(4095), { error: "oversize" }],
  ["64 KiB and a byte", bytes(65_537), { error: "oversize" }],
  ["a broken name in front of 64 KiB", concat([hex("02 ffff"), new Uint8Array(65_534)]), undefined],
];

for (const [what, data, reading] of READ) {
  Deno.test(`readMetadata() of ${what} is ${JSON.stringify(reading)}`, () => {
    assertEquals(readMetadata(data), reading);
  });
}

Deno.test("readMetadata() reads 4,096 values, and 64 KiB", () => {
  // The name and the object are values, too.
  const values = readMetadata(members(4094)) as { members: object };
  assertEquals(Object.keys(values.members).length, 4094);
  const large = readMetadata(bytes(65_536)) as { members: object };
  assertEquals(Object.keys(large.members), ["a"]);
});

Deno.test("readMetadata() reads the same data once", () => {
  const data = members(3);
  assertStrictEquals(readMetadata(data), readMetadata(data));
});

Deno.test("readMetadata() reads up to the limits that it is given", () => {
  const limits = { maxBytes: 1024 * 1024, maxValues: 65_536 };
  const values = readMetadata(members(5000), limits) as { members: object };
  assertEquals(Object.keys(values.members).length, 5000);
});
