import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { RtmpHandshakeError } from "../../src/errors.ts";
import { findDigest, MEDIA_SERVER } from "../../src/handshake/digest.ts";
import { answerHandshake } from "../../src/handshake/server_handshake.ts";
import { answerTo, c1Of, knownC1, patternPacket } from "./known_packets.ts";

const simpleC1 = patternPacket(3, [0, 0, 0, 0]);

/** Cuts an answer into S0, S1 and S2. */
function cut(s0s1s2: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  assertEquals(s0s1s2.length, 3073);
  return [s0s1s2.subarray(0, 1), s0s1s2.subarray(1, 1537), s0s1s2.subarray(1537)];
}

Deno.test("answerHandshake() echoes a simple C1 exactly, its time fields too", async () => {
  const c1 = simpleC1.slice();
  c1.set([1, 2, 3, 4]);
  const answer = await answerHandshake(concat([Uint8Array.of(3), c1]));
  const [s0, s1, s2] = cut(answer.s0s1s2);
  assertEquals(answer.scheme, "simple");
  assertEquals(s0, Uint8Array.of(3));
  assertEquals(s1.subarray(0, 8), new Uint8Array(8));
  assertEquals(s2, c1);
});

Deno.test("answerHandshake() answers a digest by the same scheme and signs S2", async () => {
  for (const known of knownC1) {
    const c1 = c1Of(known);
    const answer = await answerHandshake(concat([Uint8Array.of(3), c1]));
    const [s0, s1, s2] = cut(answer.s0s1s2);
    assertEquals(answer.scheme, `digest scheme ${known.scheme}`);
    assertEquals(s0, Uint8Array.of(3));
    assertEquals((await findDigest(s1, MEDIA_SERVER))?.scheme, known.scheme);
    assertEquals(s2, answerTo(c1, known));
  }
});

Deno.test("answerHandshake() falls back to the simple handshake when any bit is wrong", async () => {
  const at = fc.integer({ min: 0, max: 1535 });
  const bit = fc.integer({ min: 0, max: 7 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...knownC1), at, bit, async (known, at, bit) => {
      const c1 = c1Of(known);
      c1[at]! ^= 1 << bit;
      const answer = await answerHandshake(concat([Uint8Array.of(3), c1]));
      const [, s1, s2] = cut(answer.s0s1s2);
      assertEquals(answer.scheme, "simple");
      assertEquals(s1.subarray(0, 8), new Uint8Array(8));
      assertEquals(s2, c1);
    }),
  );
});

Deno.test("answerHandshake() answers every version up to 31 with 3", async () => {
  for (let version = 0; version < 32; version++) {
    const { s0s1s2 } = await answerHandshake(concat([Uint8Array.of(version), simpleC1]));
    assertEquals(s0s1s2[0], 3);
  }
});

Deno.test("answerHandshake() answers a digest simply when the version asks for encryption", async () => {
  for (const known of knownC1) {
    const c1 = c1Of(known);
    const { scheme, s0s1s2 } = await answerHandshake(concat([Uint8Array.of(6), c1]));
    assertEquals(scheme, "simple");
    assertEquals(s0s1s2.subarray(1537), c1);
  }
});

Deno.test("answerHandshake() refuses what is not C0 and C1", async () => {
  const http = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");
  await assertRejects(() => answerHandshake(http), RtmpHandshakeError, "an HTTP request (GET)");
  const version32 = concat([Uint8Array.of(32), simpleC1]);
  await assertRejects(() => answerHandshake(version32), RtmpHandshakeError, "byte 0x20");
  const short = concat([Uint8Array.of(3), simpleC1.subarray(1)]);
  const error = await assertRejects(() => answerHandshake(short), RtmpHandshakeError);
  assertEquals([error.read, error.expected], ["1536 bytes", "1537 bytes"]);
});
