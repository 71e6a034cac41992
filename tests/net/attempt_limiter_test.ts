import { assertEquals } from "@std/assert";
import { AttemptLimiter } from "../../src/net/attempt_limiter.ts";
import { TestClock } from "../support/clock.ts";

/** Counts so many wrong secrets from an address. */
function guess(limiter: AttemptLimiter, address: string, times: number): void {
  for (let i = 0; i < times; i++) limiter.recordFailure(address);
}

Deno.test("AttemptLimiter lets ten wrong secrets pass, and then one a second", () => {
  const now = new TestClock();
  const limiter = new AttemptLimiter(now);
  guess(limiter, "10.0.0.1:1000", 9);
  assertEquals(limiter.retryAfter("10.0.0.1:1001"), 0);
  guess(limiter, "10.0.0.1:1002", 1);
  assertEquals(limiter.retryAfter("10.0.0.1:1003"), 1);
  assertEquals(limiter.retryAfter("10.0.0.2:1000"), 0);
  now.advance(999);
  assertEquals(limiter.retryAfter("10.0.0.1:1004"), 1);
  now.advance(1);
  assertEquals(limiter.retryAfter("10.0.0.1:1004"), 0);
  guess(limiter, "10.0.0.1:1005", 1);
  assertEquals(limiter.retryAfter("10.0.0.1:1006"), 1);
  now.advance(60_000);
  guess(limiter, "10.0.0.1:1007", 9);
  assertEquals(limiter.retryAfter("10.0.0.1:1008"), 0);
});

const SAME: [a: string, b: string, same: boolean][] = [
  ["[2001:db8:1:2::1]:1", "[2001:db8:1:2:3:4:5:6]:2", true],
  ["[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1", false],
  ["[2001:db8::1]:1", "[2001:db8::2]:1", true],
  ["[::1]:1", "[::1]:2", true],
  ["[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.2]:1", false],
  ["[::ffff:10.0.0.1]:1", "10.0.0.1:1", true],
  ["10.0.0.1:1", "10.0.0.11:1", false],
];

for (const [a, b, same] of SAME) {
  Deno.test(`AttemptLimiter takes ${a} and ${b} for ${same ? "the same" : "two"}`, () => {
    const limiter = new AttemptLimiter(new TestClock());
    guess(limiter, a, 10);
    assertEquals(limiter.retryAfter(b) > 0, same);
  });
}

Deno.test("AttemptLimiter lets a hundred wrong secrets pass of all addresses, and then ten a second", () => {
  const now = new TestClock();
  const limiter = new AttemptLimiter(now);
  limiter.recordSuccess("10.0.0.1:1");
  for (let i = 1; i <= 99; i++) limiter.recordFailure(`10.1.0.${i}:1`);
  assertEquals(limiter.retryAfter("10.2.0.1:1"), 0);
  limiter.recordFailure("10.1.1.1:1");
  assertEquals(limiter.retryAfter("10.2.0.1:1"), 1);
  assertEquals(limiter.retryAfter("10.0.0.1:2"), 0, "an address that has known the secret before");
  now.advance(100);
  assertEquals(limiter.retryAfter("10.2.0.1:1"), 0);
  guess(limiter, "10.0.0.1:1", 10);
  assertEquals(limiter.retryAfter("10.0.0.1:2"), 1, "it has guesses of its own");
});

Deno.test("AttemptLimiter forgets no address that has known the secret for those that guess", () => {
  const limiter = new AttemptLimiter(new TestClock());
  limiter.recordSuccess("10.0.0.1:1");
  for (let i = 0; i < 2000; i++) limiter.recordFailure(`10.1.${i >> 8}.${i & 255}:1`);
  assertEquals([limiter.retryAfter("10.0.0.1:2"), limiter.retryAfter("10.0.0.2:2") > 0], [0, true]);
});

Deno.test("AttemptLimiter remembers no more than a thousand addresses, the latest", () => {
  const now = new TestClock();
  const limiter = new AttemptLimiter(now);
  const address = (i: number) => `10.0.${i >> 8}.${i & 255}:1`;
  const waits = (...numbers: number[]) => numbers.map((i) => limiter.retryAfter(address(i)) > 0);
  for (let i = 0; i <= 1000; i++) {
    limiter.recordSuccess(address(i));
    guess(limiter, address(i), 10);
  }
  assertEquals(waits(1, 999, 1000), [true, true, true]);
  // The first is neither known any more nor known to have guessed: it waits with all others.
  now.advance(1_000);
  assertEquals(waits(0, 1, 1000), [true, false, false]);
  now.advance(1_000_000);
  assertEquals(waits(0), [false]);
});
