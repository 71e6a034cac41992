import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RtmpError } from "../../src/errors.ts";
import { byteByByte, cutAt } from "../support/cuts.ts";
import { decodeParts, decodeStreams } from "../support/decode.ts";
import { anySender } from "../support/scripts.ts";

/** What happens to valid bytes; `at` is taken modulo their number. */
type Damage =
  | { kind: "flip"; at: number; bit: number }
  | { kind: "insert"; at: number; bytes: Uint8Array }
  | { kind: "remove"; at: number; count: number }
  | { kind: "truncate"; at: number };

const at = fc.nat();
const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat(7) }) },
  fc.record({
    kind: fc.constant("insert" as const),
    at,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  }),
  fc.record({ kind: fc.constant("remove" as const), at, count: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant("truncate" as const), at }),
);

/** The damaged bytes, and how many at their beginning are as they were. */
function damaged(bytes: Uint8Array, damages: Damage[]): { bytes: Uint8Array; intact: number } {
  const result = [...bytes];
  let intact = result.length;
  for (const damage of damages) {
    const at = damage.at % (result.length + 1);
    intact = Math.min(intact, at);
    if (damage.kind === "flip" && at < result.length) result[at]! ^= 1 << damage.bit;
    if (damage.kind === "insert") result.splice(at, 0, ...damage.bytes);
    if (damage.kind === "remove") result.splice(at, damage.count);
    if (damage.kind === "truncate") result.length = at;
  }
  return { bytes: Uint8Array.from(result), intact };
}

const anyDamages = fc.array(anyDamage, { minLength: 1, maxLength: 6 });
const anyPlaces = fc.array(fc.nat(), { maxLength: 20, size: "max" });

Deno.test("ChunkDecoder throws nothing but an RtmpError on damaged bytes, for any cutting", () => {
  fc.assert(
    fc.property(anySender, anyDamages, anyPlaces, (sender, damages, places) => {
      const { bytes, intact } = damaged(Uint8Array.from(sender.bytes), damages);
      const whole = decodeParts([bytes]);
      assert(whole.error === undefined || whole.error instanceof RtmpError, `${whole.error}`);
      assert(whole.chunks.length <= bytes.length);
      for (const parts of [byteByByte(bytes), cutAt(bytes, places)]) {
        const { messages, error, counts } = decodeParts(parts);
        assertEquals(messages, whole.messages);
        assertEquals(`${error}`, `${whole.error}`);
        assertEquals(counts.discarded, whole.counts.discarded);
      }
      // What was sent before the damage arrives.
      const before = decodeParts([bytes.subarray(0, intact)]);
      assertEquals(before.error, undefined);
      assertEquals(whole.messages.slice(0, before.messages.length), before.messages);
    }),
    { numRuns: 300 },
  );
});

Deno.test("ChunkDecoder throws nothing but an RtmpError on random bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400, size: "max" }), (bytes) => {
      const whole = decodeParts([bytes]);
      assert(whole.error === undefined || whole.error instanceof RtmpError, `${whole.error}`);
      const single = decodeParts(byteByByte(bytes));
      assertEquals(single.messages, whole.messages);
      assertEquals(`${single.error}`, `${whole.error}`);
    }),
    { numRuns: 300 },
  );
});

Deno.test("RtmpMessageDecoderStream gives what comes before the damage, and then the error", async () => {
  await fc.assert(
    fc.asyncProperty(anySender, anyDamages, anyPlaces, async (sender, damages, places) => {
      const { bytes } = damaged(Uint8Array.from(sender.bytes), damages);
      const whole = decodeParts([bytes]);
      const { items, error } = await decodeStreams(cutAt(bytes, places));
      assertEquals(items, whole.messages);
      assertEquals(`${error}`, `${whole.error}`);
    }),
    { numRuns: 50 },
  );
});

Deno.test("ChunkDecoder never withdraws a message when more bytes come", () => {
  fc.assert(
    fc.property(anySender, fc.nat(), (sender, length) => {
      const bytes = Uint8Array.from(sender.bytes).subarray(0, length % (sender.bytes.length + 1));
      const { messages, error } = decodeParts([bytes]);
      assertEquals(error, undefined);
      assertEquals(messages, sender.messages.slice(0, messages.length));
    }),
    { numRuns: 200 },
  );
});
