import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
} from "@std/assert";

// The assertions under test do not judge themselves here: a plain throw does.

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

function failureOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    check(error instanceof AssertionError, `threw ${error}`);
    return (error as AssertionError).message;
  }
  throw new Error(`passed: ${assertion}`);
}

class Point {
  #secret = 1;
  constructor(readonly x: number) {}
  get secret(): number {
    return this.#secret;
  }
  reveal(secret: number): this {
    this.#secret = secret;
    return this;
  }
}

const symbol = Symbol("symbol");
const cycle = (): object => {
  const node: Record<string, unknown> = { a: 1 };
  node.self = node;
  return node;
};

/** Compares the same pair again after it was found unlike, first as a key. */
const twice = (value: object): unknown => new Map<unknown, unknown>([[value, 1], [{ value }, 2]]);

const alike: [unknown, unknown][] = [
  [1, 1],
  [NaN, NaN],
  [0, -0],
  ["a", "a"],
  [1n, 1n],
  [undefined, undefined],
  [[1, [2, [3]]], [1, [2, [3]]]],
  [{ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }],
  [{ a: 1 }, Object.assign(Object.create(null), { a: 1 })],
  [{ [symbol]: 1 }, { [symbol]: 1 }],
  [Uint8Array.of(1, 2), Uint8Array.of(0, 1, 2).subarray(1)],
  [Float64Array.of(NaN), Float64Array.of(NaN)],
  [Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2).buffer],
  [new Date(5), new Date(5)],
  [new Date(NaN), new Date(NaN)],
  [/a/g, /a/g],
  [new URL("rtmp://host/a"), new URL("rtmp://host/a")],
  [new URLSearchParams("a=1"), new URLSearchParams("a=1")],
  [new Map([["a", { b: 1 }], ["c", { b: 2 }]]), new Map([["c", { b: 2 }], ["a", { b: 1 }]])],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
  [new Set([1, 2]), new Set([2, 1])],
  [new Set([{ a: 1 }]), new Set([{ a: 1 }])],
  [new Point(1), new Point(1)],
  [cycle(), cycle()],
];

const unlike: [unknown, unknown][] = [
  [1, 2],
  [1, "1"],
  [1, 1n],
  [null, undefined],
  [null, {}],
  [[1], [1, 2]],
  [[], {}],
  [{ a: 1 }, { a: 2 }],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [{ [symbol]: 1 }, { [symbol]: 2 }],
  [{ [symbol]: 1 }, {}],
  [Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
  [Uint8Array.of(1), Uint8Array.of(1, 0)],
  [Uint8Array.of(1), Uint16Array.of(1)],
  [Uint8Array.of(1), [1]],
  [Uint8Array.of(1).buffer, Uint8Array.of(2).buffer],
  [new Date(5), new Date(6)],
  [/a/g, /a/],
  [new URL("rtmp://host/a"), new URL("rtmp://host/b")],
  [new URLSearchParams("a=1"), new URLSearchParams("a=2")],
  [new Map([["a", 1]]), new Map([["a", 2]])],
  [new Map([["a", undefined]]), new Map([["b", undefined]])],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 2]])],
  [new Set([1, 2]), new Set([1, 3])],
  [new Set([1]), new Map([[1, 1]])],
  [new Point(1), new Point(2)],
  [new Point(1), new Point(1).reveal(2)],
  [new Point(1), { x: 1 }],
  [new Error("a"), new Error("b")],
  [twice({ a: 1 }), twice({ a: 2 })],
];

Deno.test("equal() compares in depth", () => {
  for (const [a, b] of alike) {
    check(equal(a, b) && equal(b, a), `unlike: ${Deno.inspect([a, b])}`);
  }
  for (const [a, b] of unlike) {
    check(!equal(a, b) && !equal(b, a), `alike: ${Deno.inspect([a, b])}`);
  }
});

Deno.test("assertEquals() and assertNotEquals() follow equal()", () => {
  assertEquals({ a: [1] }, { a: [1] });
  assertNotEquals({ a: [1] }, { a: [2] });
  failureOf(() => assertNotEquals({ a: [1] }, { a: [1] }));
  const message = failureOf(() => assertEquals({ a: "left" }, { a: "right" }, "why"));
  check(message.includes("Values are not equal: why"), message);
  check(message.includes("left") && message.includes("right"), message);
});

Deno.test("assertEquals() shows where long values differ", () => {
  const bytes = Array.from({ length: 3000 }, (_, i) => i);
  const message = failureOf(() => assertEquals(bytes, bytes.with(2500, 99_999)));
  check(message.includes("99999"), message);
});

Deno.test("assertStrictEquals() tells copies and zeros apart", () => {
  const object = {};
  assertStrictEquals(object, object);
  assertStrictEquals(NaN, NaN);
  failureOf(() => assertStrictEquals({}, {}));
  failureOf(() => assertStrictEquals(0, -0));
});

Deno.test("assert() and its like judge one value", () => {
  assert(1);
  check(failureOf(() => assert(0, "why")) === "why", "message");
  assertFalse(0);
  failureOf(() => assertFalse(1));
  assertExists(0);
  failureOf(() => assertExists(null));
  failureOf(() => assertExists(undefined));
  assertInstanceOf(new Date(), Date);
  failureOf(() => assertInstanceOf({}, Date));
  failureOf(() => assertInstanceOf(null, Date));
  assertMatch("abc", /b/);
  failureOf(() => assertMatch("abc", /d/));
  assertStringIncludes("abc", "bc");
  failureOf(() => assertStringIncludes("abc", "cb"));
  check(failureOf(() => fail("why")).includes("why"), "message");
});

Deno.test("assertAlmostEquals() allows a ten-millionth, or what it is told", () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(10, 11, 1);
  assertAlmostEquals(Infinity, Infinity);
  failureOf(() => assertAlmostEquals(1, 1.000001));
  failureOf(() => assertAlmostEquals(10, 11, 0.9));
  failureOf(() => assertAlmostEquals(NaN, 1));
});

Deno.test("assertGreater() and its like compare", () => {
  assertGreater(2, 1);
  failureOf(() => assertGreater(1, 1));
  assertGreaterOrEqual(1, 1);
  failureOf(() => assertGreaterOrEqual(0, 1));
  assertLess(1, 2);
  failureOf(() => assertLess(1, 1));
  assertLessOrEqual(1, 1);
  failureOf(() => assertLessOrEqual(2, 1));
});

Deno.test("assertIsError() looks at the class and the message", () => {
  const error = new RangeError("too far out");
  assertIsError(error);
  assertIsError(error, Error, "far");
  assertIsError(error, RangeError, /^too/);
  failureOf(() => assertIsError({ message: "too far out" }));
  failureOf(() => assertIsError(error, TypeError));
  failureOf(() => assertIsError(error, RangeError, "near"));
  failureOf(() => assertIsError(error, RangeError, /^far/));
});

Deno.test("assertThrows() returns the error", () => {
  const error = new TypeError("no such thing");
  const throws = () => {
    throw error;
  };
  check(assertThrows(throws) === error, "any");
  check(assertThrows(throws, TypeError, "such") === error, "class");
  failureOf(() => assertThrows(throws, RangeError));
  failureOf(() => assertThrows(throws, TypeError, "other"));
  check(failureOf(() => assertThrows(() => {}, "why")).includes("why"), "message");
});

Deno.test("assertRejects() resolves to the error", async () => {
  const error = new TypeError("no such thing");
  const failed = async (assertion: Promise<unknown>) => {
    const reason = await assertion.then(() => undefined, (reason) => reason);
    check(reason instanceof AssertionError, `got ${reason}`);
  };
  check(await assertRejects(() => Promise.reject(error)) === error, "any");
  check(await assertRejects(() => Promise.reject(error), TypeError, "such") === error, "class");
  await failed(assertRejects(() => Promise.reject(error), RangeError));
  await failed(assertRejects(() => Promise.reject(error), TypeError, "other"));
  await failed(assertRejects(() => Promise.resolve()));
  await failed(assertRejects(() => {
    throw error;
  }));
});

Deno.test("assertObjectMatch() ignores what is not named", () => {
  const actual = { a: 1, b: { c: [1, { d: 2, e: 3 }], f: 4 }, g: Uint8Array.of(1) };
  assertObjectMatch(actual, { a: 1 });
  assertObjectMatch(actual, { b: { c: [1, { d: 2 }] } });
  assertObjectMatch(actual, { g: Uint8Array.of(1) });
  assertObjectMatch(new Point(1), { x: 1 });
  failureOf(() => assertObjectMatch(actual, { a: 2 }));
  failureOf(() => assertObjectMatch(actual, { h: undefined }));
  failureOf(() => assertObjectMatch(actual, { b: { c: [1, { d: 3 }] } }));
  failureOf(() => assertObjectMatch(actual, { b: { c: [1, { d: 2 }, 5] } }));
  failureOf(() => assertObjectMatch(actual, { g: Uint8Array.of(2) }));
});
