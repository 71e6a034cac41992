import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { decodeAmf0 } from "../../src/amf/decode_amf0.ts";
import { decodeAmf3 } from "../../src/amf/decode_amf3.ts";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { encodeAmf3 } from "../../src/amf/encode_amf3.ts";
import { amfClassName } from "../../src/amf/values.ts";
import { AmfError } from "../../src/errors.ts";

const codecs = [
  { name: "AMF0", encode: encodeAmf0, decode: decodeAmf0 },
  { name: "AMF3", encode: encodeAmf3, decode: decodeAmf3 },
];

const text = fc.string({ unit: "binary" });
const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false),
  fc.integer(),
  fc.double(),
  text,
);

/** Values of every kind that comes back as what it was. */
const { value: anyValue } = fc.letrec((tie) => {
  const members = fc.dictionary(fc.oneof(text, fc.constantFrom("", "__proto__")), tie("value"));
  return {
    value: fc.oneof(
      { depthSize: "small", maxDepth: 6 },
      scalar,
      fc.date(),
      fc.uint8Array(),
      fc.int32Array(),
      fc.uint32Array(),
      fc.float64Array(),
      fc.array(tie("value")),
      members,
      fc.tuple(members, text).map(([object, className]) =>
        className === "" ? object : { ...object, [amfClassName]: className }
      ),
      fc.array(fc.tuple(scalar, tie("value"))).map((entries) => new Map(entries)),
    ),
  };
});

const anyArguments = fc.array(anyValue, { maxLength: 4 });

/** A change of one byte of a body: `at` and `byte` are taken modulo what there is. */
const mutation = fc.record({
  kind: fc.constantFrom("replace", "insert", "remove"),
  at: fc.nat(),
  byte: fc.oneof(fc.nat(0x11), fc.nat(0xff)),
});

function mutate(bytes: Uint8Array, mutations: { kind: string; at: number; byte: number }[]) {
  const mutated = [...bytes];
  for (const { kind, at, byte } of mutations) {
    const removed = kind === "insert" ? 0 : 1;
    mutated.splice(at % (mutated.length + 1), removed, ...(kind === "remove" ? [] : [byte]));
  }
  return Uint8Array.from(mutated);
}

/** The decoded values; undefined where the body is malformed, which only AmfError may say. */
function decodeOrReject(decode: typeof decodeAmf0, bytes: Uint8Array): unknown[] | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof AmfError) return undefined;
    throw error;
  }
}

for (const { name, encode, decode } of codecs) {
  Deno.test(`decode${name}() gives back what encode${name}() was given`, () => {
    fc.assert(fc.property(anyArguments, (values) => {
      assertEquals(decode(encode(...values)), values);
    }));
  });

  Deno.test(`encode${name}() gives back the bytes that decode${name}() was given`, () => {
    fc.assert(fc.property(anyArguments, (values) => {
      const bytes = encode(...values);
      assertEquals(encode(...decode(bytes)), bytes);
    }));
  });

  Deno.test(`decode${name}() rejects every body that is cut inside a value`, () => {
    fc.assert(fc.property(anyValue, (value) => {
      const bytes = encode(value);
      for (let length = 1; length < Math.min(bytes.length, 200); length++) {
        assertEquals(decodeOrReject(decode, bytes.subarray(0, length)), undefined);
      }
    }));
  });

  Deno.test(`decode${name}() throws nothing but AmfError when bytes are changed`, () => {
    fc.assert(
      fc.property(anyArguments, fc.array(mutation, { minLength: 1 }), (values, mutations) => {
        const decoded = decodeOrReject(decode, mutate(encode(...values), mutations));
        if (decoded === undefined) return;
        // What could be read can be written, and is the same from then on.
        const bytes = encode(...decoded);
        assertEquals(encode(...decode(bytes)), bytes);
      }),
      { numRuns: 500 },
    );
  });

  Deno.test(`decode${name}() throws nothing but AmfError when bytes are random`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 0x20 }), fc.uint8Array(), (markers, bytes) => {
        decodeOrReject(decode, Uint8Array.of(...markers, ...bytes));
      }),
      { numRuns: 500 },
    );
  });

  Deno.test(`decode${name}() gives back cycles and shared objects that encode${name}() was given`, () => {
    interface Node {
      children: Node[];
      parent?: Node;
      named: Map<unknown, unknown>;
    }
    const shared = new Uint8Array(3);
    const parent: Node = { children: [], named: new Map() };
    const child: Node = { children: parent.children, parent, named: parent.named };
    parent.children.push(child, child);
    parent.named.set(shared, shared).set("map", parent.named);

    const [decoded, again] = decode(encode(parent, child)) as [Node, Node];
    const [first, second] = decoded.children;
    assertStrictEquals(first, second);
    assertStrictEquals(again, first);
    assertStrictEquals(first?.parent, decoded);
    assertStrictEquals(first?.children, decoded.children);
    assertStrictEquals(first?.named, decoded.named);
    const [[key, value]] = [...decoded.named] as [[unknown, unknown]];
    assertStrictEquals(key, value);
    assertEquals(key, shared);
    assertStrictEquals(decoded.named.get("map"), decoded.named);
  });
}
