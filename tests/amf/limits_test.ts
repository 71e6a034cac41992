import { assertEquals, assertThrows } from "@std/assert";
import { decodeAmf0 } from "../../src/amf/decode_amf0.ts";
import { decodeAmf3 } from "../../src/amf/decode_amf3.ts";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { encodeAmf3 } from "../../src/amf/encode_amf3.ts";
import { AmfError } from "../../src/errors.ts";
import { hex } from "../support/bytes.ts";

const nestings: {
  name: string;
  nest: (levels: number) => Uint8Array;
  decode: typeof decodeAmf0;
}[] = [
  { name: "AMF0 objects", nest: repeat("03 0001 61", "05", "0000 09"), decode: decodeAmf0 },
  {
    name: "AMF0 typed objects",
    nest: repeat("10 0001 43 0001 61", "05", "0000 09"),
    decode: decodeAmf0,
  },
  { name: "ECMA arrays", nest: repeat("08 00000001 0001 61", "05", "0000 09"), decode: decodeAmf0 },
  { name: "strict arrays", nest: repeat("0a 00000001", "05", ""), decode: decodeAmf0 },
  { name: "AMF3 arrays", nest: repeat("09 03 01", "01", ""), decode: decodeAmf3 },
  { name: "AMF3 arrays with names", nest: repeat("09 01 03 61", "01", "01"), decode: decodeAmf3 },
  { name: "AMF3 objects", nest: repeat("0a 0b 01 03 61", "01", "01"), decode: decodeAmf3 },
  { name: "vectors", nest: repeat("10 03 00 01", "01", ""), decode: decodeAmf3 },
  { name: "dictionaries", nest: repeat("11 03 00 01", "01", ""), decode: decodeAmf3 },
];

function repeat(begin: string, value: string, end: string): (levels: number) => Uint8Array {
  return (levels) => hex(begin.repeat(levels) + value + end.repeat(levels));
}

for (const { name, nest, decode } of nestings) {
  Deno.test(`${decode.name}() reads 64 levels of ${name} and throws at 65, or 100000`, () => {
    assertEquals(decode(nest(64)).length, 1);
    assertThrows(() => decode(nest(65)), AmfError, "limit 64");
    assertThrows(() => decode(nest(100_000)), AmfError, "limit 64");
    assertEquals(decode(nest(65), { maxDepth: 65 }).length, 1);
    assertThrows(() => decode(nest(3), { maxDepth: 2 }), AmfError, "limit 2");
  });
}

Deno.test("decodeAmf0() counts the levels of AMF0 and AMF3 together", () => {
  const body = hex("0a 00000001".repeat(60) + "11" + "09 03 01".repeat(5) + "01");
  assertThrows(() => decodeAmf0(body), AmfError, "limit 64");
});

Deno.test("decodeAmf0() does not take values side by side for nested ones", () => {
  assertEquals(decodeAmf0(hex("0a 00000000 03 0000 09".repeat(100))).length, 200);
});

Deno.test("decodeAmf0() throws when a body has more than 65536 values", () => {
  const most = hex("0a 0000ffff" + "05".repeat(65_535));
  assertEquals((decodeAmf0(most)[0] as unknown[]).length, 65_535);
  const error = assertThrows(() => decodeAmf0(Uint8Array.of(...most, 5)), AmfError);
  assertEquals(error.limit, 65536);
  assertEquals(error.byteOffset, most.length);
});

Deno.test("decodeAmf0() counts the values in AMF3 too", () => {
  const body = hex("05 11 09 05 01 01 01");
  assertEquals(decodeAmf0(body, { maxElements: 5 }).length, 2);
  assertThrows(() => decodeAmf0(body, { maxElements: 4 }), AmfError, "limit 4");
});

Deno.test("decodeAmf3() counts the names of sealed members", () => {
  const body = hex("0a 33 01 03 61 03 62 03 63 01 01 01");
  assertEquals(decodeAmf3(body, { maxElements: 7 }), [{ a: null, b: null, c: null }]);
  assertThrows(() => decodeAmf3(body, { maxElements: 6 }), AmfError, "limit 6");
});

Deno.test("decodeAmf3() does not count bytes and the numbers of vectors", () => {
  const values = [new Uint8Array(100_000), new Float64Array(100_000)];
  assertEquals(decodeAmf3(encodeAmf3(...values), { maxElements: 2 }), values);
});

for (const decode of [decodeAmf0, decodeAmf3]) {
  Deno.test(`${decode.name}() reads as many values as asked for, and not a byte more`, () => {
    const [none, broken] = decode === decodeAmf0 ? ["05", "ff"] : ["01", "ff"];
    const body = hex(none.repeat(3) + broken);
    assertEquals(decode(body, { count: 0 }), []);
    assertEquals(decode(body, { count: 3 }), [null, null, null]);
    assertThrows(() => decode(body, { count: 4 }), AmfError, "marker 0xff");
    assertEquals(decode(hex(none), { count: 4 }), [null]);
  });
}

for (const encode of [encodeAmf0, encodeAmf3]) {
  Deno.test(`${encode.name}() writes 64 levels and throws at 65, or 100000`, () => {
    const nest = (levels: number) => {
      let value: unknown = new Date(0);
      for (let level = 0; level < levels; level++) value = level % 2 ? { value } : [value];
      return value;
    };
    const decode = encode === encodeAmf0 ? decodeAmf0 : decodeAmf3;
    assertEquals(decode(encode(nest(64))), [nest(64)]);
    assertThrows(() => encode(nest(65)), AmfError, "limit 64");
    assertThrows(() => encode(nest(100_000)), AmfError, "limit 64");
  });
}
