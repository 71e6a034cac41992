import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PartialBudget } from "../../src/session/partial_budget.ts";

Deno.test("PartialBudget cuts off the peer that holds the most, once, and only beyond its limit", () => {
  const budget = new PartialBudget(100);
  const cut: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) => budget.open(() => cut.push(name)));
  a!(10);
  b!(50);
  c!(40);
  assertEquals([budget.bytes, cut], [100, []]);
  a!(11);
  assertEquals([budget.bytes, cut], [51, ["b"]]);
  // What is still told of it counts no more.
  b!(90);
  c!(89);
  assertEquals([budget.bytes, cut], [100, ["b"]]);
  b!(0);
  c!(90);
  assertEquals([budget.bytes, cut], [11, ["b", "c"]]);
});

Deno.test("PartialBudget never holds more than its limit, and nothing when all have ended", () => {
  const anyStep = fc.record({ peer: fc.nat(7), bytes: fc.nat(60) });
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 100 }), (steps) => {
    const budget = new PartialBudget(100);
    const held = Array.from({ length: 8 }, () => 0);
    const gone = new Set<number>();
    const shares = held.map((_, peer) => budget.open(() => gone.add(peer)));
    for (const { peer, bytes } of steps) {
      held[peer] = bytes;
      const before = new Set(gone);
      shares[peer]!(bytes);
      const [cut] = gone.difference(before);
      if (cut !== undefined) {
        const rest = held.filter((_, other) => !before.has(other));
        assertEquals(held[cut], Math.max(...rest));
      }
      const sum = held.reduce((sum, bytes, other) => gone.has(other) ? sum : sum + bytes, 0);
      assertEquals(budget.bytes, sum);
      assertEquals(budget.bytes <= 100, true);
    }
    for (const share of shares) share(0);
    assertEquals(budget.bytes, 0);
  }));
});
