import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { decodeAmf3 } from "../../src/amf/decode_amf3.ts";
import { encodeAmf3 } from "../../src/amf/encode_amf3.ts";
import { amfClassName, ecmaArray } from "../../src/amf/values.ts";
import { AmfError } from "../../src/errors.ts";
import { hex } from "../support/bytes.ts";

/** Bytes that decode to these values, and the values that encode to these bytes. */
const bothWays: { name: string; bytes: string; values: unknown[] }[] = [
  { name: "nothing", bytes: "", values: [] },
  { name: "the constants", bytes: "00 01 02 03", values: [undefined, null, false, true] },
  { name: "integers of one byte", bytes: "0400 047f", values: [0, 127] },
  { name: "integers of two bytes", bytes: "048100 04ff7f", values: [128, 16_383] },
  { name: "integers of three bytes", bytes: "04818000 04ffff7f", values: [16_384, 2_097_151] },
  {
    name: "integers of four bytes",
    bytes: "0480c08000 04bfffffff",
    values: [2 ** 21, 2 ** 28 - 1],
  },
  { name: "negative integers", bytes: "04ffffffff 04c0808000", values: [-1, -(2 ** 28)] },
  {
    name: "integers of more than 29 bits",
    bytes: "05 41b0000000000000 05 c1b0000001000000",
    values: [2 ** 28, -(2 ** 28) - 1],
  },
  { name: "a double", bytes: "05 3ff8000000000000", values: [1.5] },
  {
    name: "NaN and infinity",
    bytes: "05 7ff8000000000000 05 7ff0000000000000",
    values: [NaN, Infinity],
  },
  { name: "a string", bytes: "06 09 f09f8e9e", values: ["🎞"] },
  {
    name: "strings by reference",
    bytes: "06 05 6869 06 03 61 06 00 06 02",
    values: ["hi", "a", "hi", "a"],
  },
  {
    name: "empty strings, never by reference",
    bytes: "06 01 06 03 61 06 01 06 00",
    values: ["", "a", "", "a"],
  },
  { name: "an array", bytes: "09 05 01 04 01 09 01 01", values: [[1, []]] },
  { name: "an empty object", bytes: "0a 0b 01 01", values: [{}] },
  { name: "an object", bytes: "0a 0b 01 03 61 03 03 62 01 01", values: [{ a: true, b: null }] },
  {
    name: "an object with an empty name",
    bytes: "0a 1b 01 01 03 03 61 02 01",
    values: [{ "": true, a: false }],
  },
  {
    name: "objects of one class",
    bytes: "0a 0b 03 43 03 78 04 01 01 0a 01 02 04 02 01",
    values: [{ [amfClassName]: "C", x: 1 }, { [amfClassName]: "C", x: 2 }],
  },
  {
    name: "a name that was a string",
    bytes: "06 03 61 0a 0b 01 00 01 01",
    values: ["a", { a: null }],
  },
  { name: "a date", bytes: "08 01 4270000000000000", values: [new Date(2 ** 40)] },
  { name: "an invalid date", bytes: "08 01 7ff8000000000000", values: [new Date(NaN)] },
  { name: "a byte array", bytes: "0c 05 af00", values: [hex("af00")] },
  { name: "a vector of int", bytes: "0d 05 00 00000001 ffffffff", values: [Int32Array.of(1, -1)] },
  {
    name: "a vector of uint",
    bytes: "0e 05 00 00000001 ffffffff",
    values: [Uint32Array.of(1, 2 ** 32 - 1)],
  },
  {
    name: "a vector of double",
    bytes: "0f 03 00 3ff8000000000000",
    values: [Float64Array.of(1.5)],
  },
  {
    name: "a dictionary",
    bytes: "11 05 00 06 03 61 01 04 01 02",
    values: [new Map<unknown, unknown>([["a", null], [1, false]])],
  },
];

for (const { name, bytes, values } of bothWays) {
  Deno.test(`decodeAmf3() reads ${name}`, () => {
    assertEquals(decodeAmf3(hex(bytes)), values);
  });
  Deno.test(`encodeAmf3() writes ${name}`, () => {
    assertEquals(encodeAmf3(...values), hex(bytes));
  });
}

/** Bytes that others send, and encodeAmf3 would write in another way. */
const onlyRead: { name: string; bytes: string; values: unknown[] }[] = [
  { name: "an integer in more bytes than it needs", bytes: "04 80808001", values: [1] },
  {
    name: "XML as strings",
    bytes: "0b 09 3c612f3e 07 09 3c622f3e 0b 00",
    values: ["<a/>", "<b/>", "<a/>"],
  },
  { name: "invalid UTF-8 as U+FFFD", bytes: "06 07 61ff62", values: ["a\ufffdb"] },
  {
    name: "an array with names",
    bytes: "09 05 03 61 01 01 02 03",
    values: [{ a: null, 0: false, 1: true }],
  },
  {
    name: "an array whose name is an index",
    bytes: "09 03 03 30 01 01 02",
    values: [{ 0: false }],
  },
  {
    name: "sealed members",
    bytes: "0a 23 03 43 03 61 03 62 02 03",
    values: [{ [amfClassName]: "C", a: false, b: true }],
  },
  {
    name: "sealed and dynamic members",
    bytes: "0a 1b 01 03 61 02 03 62 03 01",
    values: [{ a: false, b: true }],
  },
  {
    name: "traits by reference",
    bytes: "0a 13 03 43 03 61 02 0a 01 03",
    values: [{ [amfClassName]: "C", a: false }, { [amfClassName]: "C", a: true }],
  },
  { name: "a vector of objects", bytes: "10 05 01 03 2a 02 01", values: [[false, null]] },
  { name: "a fixed vector", bytes: "0d 03 01 00000007", values: [Int32Array.of(7)] },
  {
    name: "a dictionary with weak keys",
    bytes: "11 03 01 03 02",
    values: [new Map([[true, false]])],
  },
];

for (const { name, bytes, values } of onlyRead) {
  Deno.test(`decodeAmf3() reads ${name}`, () => {
    assertEquals(decodeAmf3(hex(bytes)), values);
  });
}

const malformed: { name: string; bytes: string; byteOffset: number }[] = [
  { name: "an integer is cut short", bytes: "01 04 8080", byteOffset: 4 },
  { name: "a double is cut short", bytes: "05 00000000000000", byteOffset: 1 },
  { name: "a string is cut short", bytes: "06 07 6869", byteOffset: 2 },
  { name: "XML is cut short", bytes: "0b ffffffff 3c", byteOffset: 5 },
  { name: "a date is cut short", bytes: "08 01 00", byteOffset: 2 },
  { name: "an array ends too early", bytes: "09 ffffffff 01 01", byteOffset: 7 },
  { name: "an array ends in its names", bytes: "09 01 03 61 01", byteOffset: 5 },
  { name: "an object ends too early", bytes: "0a 0b 01 03 61 01", byteOffset: 6 },
  { name: "traits end too early", bytes: "0a fffffffb 01 03 61", byteOffset: 8 },
  { name: "a byte array is cut short", bytes: "0c ffffffff 00", byteOffset: 5 },
  { name: "a vector of int is cut short", bytes: "0d 05 00 00000000 000000", byteOffset: 3 },
  { name: "a vector of uint is cut short", bytes: "0e ffffffff 00", byteOffset: 6 },
  { name: "a vector of double is cut short", bytes: "0f ffffffff 00", byteOffset: 6 },
  { name: "a vector of objects is cut short", bytes: "10 ffffffff 00 01 00", byteOffset: 8 },
  { name: "a dictionary is cut short", bytes: "11 05 00 04 01 01", byteOffset: 6 },
  { name: "the marker is unknown", bytes: "01 12", byteOffset: 1 },
  { name: "a string reference leads nowhere", bytes: "06 03 61 06 02", byteOffset: 4 },
  { name: "an object reference leads nowhere", bytes: "09 01 01 0a 02", byteOffset: 4 },
  { name: "a traits reference leads nowhere", bytes: "0a 05", byteOffset: 1 },
];

for (const { name, bytes, byteOffset } of malformed) {
  Deno.test(`decodeAmf3() throws when ${name}`, () => {
    const error = assertThrows(() => decodeAmf3(hex(bytes)), AmfError);
    assertEquals(error.byteOffset, byteOffset);
  });
}

Deno.test("decodeAmf3() throws when a class is externalizable, and names it", () => {
  const error = assertThrows(() => decodeAmf3(hex("01 0a 07 07 612e42 09 01 01")), AmfError);
  assertEquals(error.read, 'the externalizable class "a.B"');
  assertEquals(error.byteOffset, 2);
});

Deno.test("decodeAmf3() counts every kind of object for references, in the order they begin", () => {
  const kinds = hex(`
    09 01 01
    0a 0b 01 03 61 0a 01 01 01
    08 01 0000000000000000
    0c 01
    0d 01 00  0e 01 00  0f 01 00
    10 03 00 01 09 01 01
    11 01 00
    0b 03 78  07 03 79
  `);
  const values = decodeAmf3(kinds);
  assertEquals(values.length, 11);
  const [array, object, date, ...rest] = values as [unknown, { a: unknown }, ...unknown[]];
  const inner = rest[4] as unknown[];
  const expected = [array, object, object.a, date, ...rest.slice(0, 5), inner[0], ...rest.slice(5)];
  const references = expected.map((_, index) => [0x09, index << 1]).flat();
  const found = decodeAmf3(Uint8Array.of(...kinds, ...references)).slice(values.length);
  assertEquals(found, expected);

  const again = decodeAmf3(Uint8Array.of(...kinds, 0x0a, 4, 0x10, 18));
  assertStrictEquals(again[11], (again[1] as { a: unknown }).a);
  assertStrictEquals(again[12], (again[7] as unknown[])[0]);
});

Deno.test("decodeAmf3() gives a cycle when a value refers to one it is in", () => {
  const [array, object, named, dictionary] = decodeAmf3(hex(`
    09 03 01 09 00
    0a 0b 01 03 61 0a 02 01
    09 01 00 09 04 01
    11 03 00 11 06 11 06
  `)) as [unknown[], { a: unknown }, { a: unknown }, Map<unknown, unknown>];
  assertStrictEquals(array[0], array);
  assertStrictEquals(object.a, object);
  assertStrictEquals(named.a, named);
  assertStrictEquals(dictionary.get(dictionary), dictionary);
});

Deno.test("decodeAmf3() keeps the order of a dictionary and the identity of its keys", () => {
  const [dictionary, array] = decodeAmf3(hex("11 05 00 06 03 62 02 09 01 01 03 09 02")) as [
    Map<unknown, boolean>,
    unknown,
  ];
  assertEquals([...dictionary.keys()], ["b", []]);
  assertEquals(dictionary.get(array), true);
});

Deno.test("encodeAmf3() keeps the sign of zero", () => {
  const encoded = encodeAmf3(-0);
  assertEquals(encoded, hex("05 8000000000000000"));
  assert(Object.is(decodeAmf3(encoded)[0], -0));
});

Deno.test("encodeAmf3() writes an ECMA array when asked to", () => {
  assertEquals(encodeAmf3(ecmaArray({ a: null })), hex("09 01 03 61 01 01"));
  assertThrows(() => encodeAmf3(ecmaArray({ "": null })), AmfError, "empty name");
});

Deno.test("encodeAmf3() refers to every kind of object it has met", () => {
  const plain = {};
  const kinds: object[] = [
    [],
    plain,
    new Date(0),
    hex("00"),
    Int32Array.of(1),
    Uint32Array.of(1),
    Float64Array.of(1),
    new Map(),
  ];
  const once = encodeAmf3(...kinds);
  const markers = [0x09, 0x0a, 0x08, 0x0c, 0x0d, 0x0e, 0x0f, 0x11];
  const references = markers.flatMap((marker, index) => [marker, index << 1]);
  const twice = encodeAmf3(...kinds, ...kinds, ecmaArray(plain));
  assertEquals(twice, Uint8Array.of(...once, ...references, 0x09, 0x02));
});

Deno.test("encodeAmf3() throws when an array is longer than 28 bits can say", () => {
  assertThrows(() => encodeAmf3(new Array(2 ** 28)), AmfError, "limit 268435455");
});

Deno.test("encodeAmf3() throws when a value has no place in AMF", () => {
  for (const value of [() => {}, Symbol("s"), 1n, new Set(), new Uint16Array(1), [1n], { a: 1n }]) {
    assertThrows(() => encodeAmf3(value), AmfError, "Cannot encode a");
  }
});
