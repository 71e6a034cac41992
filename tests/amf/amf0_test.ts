import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { decodeAmf0 } from "../../src/amf/decode_amf0.ts";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { amfClassName, ecmaArray } from "../../src/amf/values.ts";
import { AmfError } from "../../src/errors.ts";
import { hex } from "../support/bytes.ts";

/** Bytes that decode to these values, and the values that encode to these bytes. */
const bothWays: { name: string; bytes: string; values: unknown[] }[] = [
  { name: "nothing", bytes: "", values: [] },
  { name: "a number", bytes: "00 3ff8000000000000", values: [1.5] },
  { name: "infinity", bytes: "00 fff0000000000000", values: [-Infinity] },
  { name: "NaN", bytes: "00 7ff8000000000000", values: [NaN] },
  { name: "booleans", bytes: "01 00 01 01", values: [false, true] },
  { name: "a string", bytes: "02 0004 f09f8e9e", values: ["🎞"] },
  { name: "an empty string", bytes: "02 0000", values: [""] },
  { name: "a byte order mark", bytes: "02 0003 efbbbf", values: ["\ufeff"] },
  { name: "null and undefined", bytes: "05 06", values: [null, undefined] },
  { name: "an empty object", bytes: "03 0000 09", values: [{}] },
  {
    name: "an object",
    bytes: "03 0001 61 01 01 0001 62 05 0000 09",
    values: [{ a: true, b: null }],
  },
  {
    name: "an empty name",
    bytes: "03 0000 05 0001 61 05 0000 09",
    values: [{ "": null, a: null }],
  },
  {
    name: "nested objects",
    bytes: "03 0001 61 03 0001 62 06 0000 09 0000 09",
    values: [{ a: { b: undefined } }],
  },
  {
    name: "a typed object",
    bytes: "10 0003 612e42 0001 78 05 0000 09",
    values: [{ [amfClassName]: "a.B", x: null }],
  },
  { name: "a strict array", bytes: "0a 00000002 05 0a 00000000", values: [[null, []]] },
  { name: "a date", bytes: "0b 4270000000000000 0000", values: [new Date(2 ** 40)] },
  { name: "a date before 1970", bytes: "0b bff0000000000000 0000", values: [new Date(-1)] },
  { name: "an invalid date", bytes: "0b 7ff8000000000000 0000", values: [new Date(NaN)] },
  { name: "a byte array", bytes: "11 0c 05 af00", values: [hex("af00")] },
  { name: "a vector", bytes: "11 0d 05 00 00000001 ffffffff", values: [Int32Array.of(1, -1)] },
  { name: "a dictionary", bytes: "11 11 03 00 0401 0402", values: [new Map([[1, 2]])] },
];

for (const { name, bytes, values } of bothWays) {
  Deno.test(`decodeAmf0() reads ${name}`, () => {
    assertEquals(decodeAmf0(hex(bytes)), values);
  });
  Deno.test(`encodeAmf0() writes ${name}`, () => {
    assertEquals(encodeAmf0(...values), hex(bytes));
  });
}

/** Bytes that others send, and encodeAmf0 would write in another way. */
const onlyRead: { name: string; bytes: string; values: unknown[] }[] = [
  { name: "any byte but 0 as true", bytes: "01 ff", values: [true] },
  { name: "a short long string", bytes: "0c 00000002 6869", values: ["hi"] },
  { name: "XML as a string", bytes: "0f 00000004 3c612f3e", values: ["<a/>"] },
  { name: "unsupported as undefined", bytes: "0d", values: [undefined] },
  { name: "invalid UTF-8 as U+FFFD", bytes: "02 0003 61ff62", values: ["a\ufffdb"] },
  { name: "a date with a time zone", bytes: "0b 0000000000000000 ffc4", values: [new Date(0)] },
  { name: "an ECMA array", bytes: "08 00000001 0001 61 05 0000 09", values: [{ a: null }] },
  { name: "a count of 0", bytes: "08 00000000 0001 61 05 0000 09 05", values: [{ a: null }, null] },
  { name: "a huge count", bytes: "08 ffffffff 0001 61 05 0000 09 05", values: [{ a: null }, null] },
  { name: "an ECMA array without its end", bytes: "08 00000001 0001 61 05", values: [{ a: null }] },
  {
    name: "two ECMA arrays without their ends",
    bytes: "08 00000001 0001 61 08 00000001 0001 62 05",
    values: [{ a: { b: null } }],
  },
  {
    name: "a name twice, the last wins",
    bytes: "03 0001 61 05 0001 61 06 0000 09",
    values: [{ a: undefined }],
  },
  { name: "a typed object without a class name", bytes: "10 0000 0000 09", values: [{}] },
];

for (const { name, bytes, values } of onlyRead) {
  Deno.test(`decodeAmf0() reads ${name}`, () => {
    assertEquals(decodeAmf0(hex(bytes)), values);
  });
}

const malformed: { name: string; bytes: string; byteOffset: number }[] = [
  { name: "a number is cut short", bytes: "05 00 00000000000000", byteOffset: 2 },
  { name: "a boolean is cut short", bytes: "01", byteOffset: 1 },
  { name: "the length of a string is cut short", bytes: "02 00", byteOffset: 1 },
  { name: "a string is cut short", bytes: "02 0005 68656c6c", byteOffset: 3 },
  { name: "a long string is cut short", bytes: "0c ffffffff 00", byteOffset: 5 },
  { name: "a date lacks its time zone", bytes: "0b 0000000000000000 00", byteOffset: 9 },
  { name: "an object does not end", bytes: "03 0001 61 05", byteOffset: 5 },
  { name: "an object ends in an empty name", bytes: "03 0000", byteOffset: 3 },
  { name: "an ECMA array ends too early", bytes: "08 00000002 0001 61 05", byteOffset: 9 },
  {
    name: "an ECMA array has more members and no end",
    bytes: "08 00000000 0001 61 05",
    byteOffset: 9,
  },
  { name: "a strict array ends too early", bytes: "0a ffffffff 05", byteOffset: 6 },
  { name: "an object ends that has not begun", bytes: "05 09", byteOffset: 1 },
  { name: "the marker is the one of movie clips", bytes: "04", byteOffset: 0 },
  { name: "the marker is the one of record sets", bytes: "0e", byteOffset: 0 },
  { name: "the marker is unknown", bytes: "03 0001 61 12 0000 09", byteOffset: 4 },
  { name: "a reference leads nowhere", bytes: "03 0000 09 07 0001", byteOffset: 5 },
  { name: "an AVM+ switch is the last byte", bytes: "11", byteOffset: 1 },
];

for (const { name, bytes, byteOffset } of malformed) {
  Deno.test(`decodeAmf0() throws when ${name}`, () => {
    const error = assertThrows(() => decodeAmf0(hex(bytes)), AmfError);
    assertEquals(error.byteOffset, byteOffset);
  });
}

Deno.test("decodeAmf0() says what it read, what it expected and where", () => {
  assertThrows(
    () => decodeAmf0(hex("05 09")),
    AmfError,
    "Cannot read an AMF0 value: read marker 0x09, expected the marker of a value (at byte 1)",
  );
});

Deno.test("decodeAmf0() counts objects, ECMA arrays, strict arrays and typed objects for references", () => {
  const body = hex(`
    03 0001 61 08 00000000 0000 09 0000 09
    0a 00000001 10 0001 43 0000 09
    0b 0000000000000000 0000
    07 0000 07 0001 07 0002 07 0003
  `);
  const [object, array, , ...references] = decodeAmf0(body) as [
    { a: object },
    object[],
    ...unknown[],
  ];
  assertStrictEquals(references[0], object);
  assertStrictEquals(references[1], object.a);
  assertStrictEquals(references[2], array);
  assertStrictEquals(references[3], array[0]);
});

Deno.test("decodeAmf0() gives a cycle when a value refers to one it is in", () => {
  const [array] = decodeAmf0(hex("0a 00000001 07 0000")) as [unknown[]];
  assertStrictEquals(array[0], array);
});

Deno.test("decodeAmf0() reads AMF0 again after an AMF3 value", () => {
  assertEquals(decodeAmf0(hex("11 04 05 05 11 06 03 61 02 0001 62")), [5, null, "a", "b"]);
});

Deno.test("decodeAmf0() keeps the reference tables of AMF3 for the whole body", () => {
  assertEquals(decodeAmf0(hex("11 06 05 6869 05 11 06 00")), ["hi", null, "hi"]);
});

Deno.test("decodeAmf0() keeps references of AMF0 and AMF3 apart", () => {
  const [strict, dense, first] = decodeAmf0(hex("0a 00000000 11 09 01 01 07 0000 ")) as unknown[];
  assertStrictEquals(first, strict);
  assertEquals(dense, []);
});

Deno.test("decodeAmf0() reads a data message with an FLV body as OBS 29 sends it", () => {
  const body = hex(`
    02 000f 6164646974696f6e616c4d65646961
    03 0002 6964 02 0007 73747265616d30
       0005 6d65646961 11 0c 09 af012110
    0000 09
  `);
  const audio = hex("af012110");
  assertEquals(decodeAmf0(body), ["additionalMedia", { id: "stream0", media: audio }]);
});

Deno.test("decodeAmf0() makes __proto__ an own property, whatever assigning to it would do", () => {
  const accessor = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  const set = () => {
    throw new Error("the prototype was set");
  };
  Object.defineProperty(Object.prototype, "__proto__", { set, configurable: true });
  try {
    const body = hex("03 0009 5f5f70726f746f5f5f 03 0001 61 05 0000 09 0000 09");
    const [object] = decodeAmf0(body) as [object];
    assertStrictEquals(Object.getPrototypeOf(object), Object.prototype);
    assertEquals(Object.entries(object), [["__proto__", { a: null }]]);
    assertEquals(encodeAmf0(object), body);
  } finally {
    Reflect.deleteProperty(Object.prototype, "__proto__");
    if (accessor) Object.defineProperty(Object.prototype, "__proto__", accessor);
  }
});

Deno.test("decodeAmf0() copies byte arrays out of the body", () => {
  const body = hex("11 0c 05 af00");
  const [bytes] = decodeAmf0(body) as [Uint8Array];
  body.fill(0xff);
  assertEquals(bytes, hex("af00"));
  assertEquals(bytes.buffer.byteLength, 2);
});

Deno.test("decodeAmf0() reads a body that is part of a larger buffer", () => {
  assertEquals(decodeAmf0(hex("ffff 00 3ff0000000000000 ff").subarray(2, 11)), [1]);
});

Deno.test("encodeAmf0() writes an ECMA array when asked to", () => {
  assertEquals(encodeAmf0(ecmaArray({ a: null })), hex("08 00000001 0001 61 05 0000 09"));
});

Deno.test("encodeAmf0() writes one object, marked as ECMA array or not, once", () => {
  const object: Record<string, unknown> = {};
  object.self = object;
  const bytes = hex("08 00000001 0004 73656c66 07 0000 0000 09 07 0000 07 0000");
  assertEquals(encodeAmf0(ecmaArray(object), ecmaArray(object), object), bytes);
});

Deno.test("encodeAmf0() refers to objects and arrays it has met, and writes dates again", () => {
  const object = {};
  const date = new Date(0);
  const bytes = hex(`
    0a 00000005 03 0000 09 07 0001 07 0000
      0b 0000000000000000 0000 0b 0000000000000000 0000
    07 0000
  `);
  const array: unknown[] = [object, object];
  array.push(array, date, date);
  assertEquals(encodeAmf0(array, array), bytes);
});

Deno.test("encodeAmf0() refers to byte arrays it has met", () => {
  const bytes = hex("af00");
  assertEquals(encodeAmf0(bytes, bytes), hex("11 0c 05 af00 11 0c 00"));
});

Deno.test("encodeAmf0() writes an object again when its index does not fit into 16 bits", () => {
  const objects = Array.from({ length: 65_537 }, () => ({}));
  const encoded = encodeAmf0(...objects, objects[65_535], objects[65_536]);
  assertEquals(encoded.slice(65_537 * 4), hex("07 ffff 03 0000 09"));
});

Deno.test("encodeAmf0() writes a long string above 65535 bytes of UTF-8", () => {
  assertEquals(encodeAmf0("é" + "x".repeat(65_533)).slice(0, 5), hex("02 ffff c3a9"));
  const long = "é" + "x".repeat(65_534);
  const encoded = encodeAmf0(long);
  assertEquals(encoded.slice(0, 7), hex("0c 00010000 c3a9"));
  assertEquals(decodeAmf0(encoded), [long]);
});

Deno.test("encodeAmf0() writes holes of an array as undefined", () => {
  const array = [];
  array[1] = null;
  assertEquals(encodeAmf0(array), hex("0a 00000002 06 05"));
});

Deno.test("encodeAmf0() takes objects without a prototype and of another realm for plain ones", () => {
  const foreignPrototype = Object.create(null);
  assertEquals(encodeAmf0(Object.create(null)), hex("03 0000 09"));
  assertEquals(encodeAmf0(Object.create(foreignPrototype)), hex("03 0000 09"));
});

Deno.test("encodeAmf0() writes an instance of a class that has a class name", () => {
  class Point {
    readonly [amfClassName] = "P";
    readonly x = null;
  }
  assertEquals(encodeAmf0(new Point()), hex("10 0001 50 0001 78 05 0000 09"));
});

const unencodable: { name: string; value: unknown; message: string }[] = [
  { name: "a function", value: () => {}, message: "read a function" },
  { name: "a symbol", value: Symbol("s"), message: "read a symbol" },
  { name: "a bigint", value: 1n, message: "read a bigint" },
  { name: "a function in an object", value: { f() {} }, message: "read a function" },
  { name: "a bigint in a dictionary", value: new Map([[1n, 1]]), message: "read a bigint" },
  { name: "an instance without a name", value: new (class {})(), message: "an unnamed class" },
  { name: "a set", value: new Set(), message: "read an instance of Set" },
  { name: "an instance of a class", value: new URL("a:b"), message: "read an instance of URL" },
  {
    name: "another typed array",
    value: new Int8Array(1),
    message: "read an instance of Int8Array",
  },
  { name: "a class name of no use", value: { [amfClassName]: 1 }, message: "type number" },
  { name: "a name of 65536 bytes", value: { ["x".repeat(65_536)]: 1 }, message: "65536" },
];

for (const { name, value, message } of unencodable) {
  Deno.test(`encodeAmf0() throws when it meets ${name}`, () => {
    assertThrows(() => encodeAmf0(value), AmfError, message);
  });
}
