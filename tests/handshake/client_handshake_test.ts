import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { RtmpHandshakeError } from "../../src/errors.ts";
import { beginHandshake, finishHandshake } from "../../src/handshake/client_handshake.ts";
import { findDigest, FLASH_PLAYER } from "../../src/handshake/digest.ts";
import { answerHandshake } from "../../src/handshake/server_handshake.ts";
import { answerTo, c1Of, knownC1, knownS1, patternPacket, s1Of } from "./known_packets.ts";

const VERSION = Uint8Array.of(3);
const simpleC1 = patternPacket(3, [0, 0, 0, 0]);
const simpleS1 = patternPacket(4, [0, 0, 0, 0]);

Deno.test("beginHandshake() makes a simple C0 and C1 by default", async () => {
  const c0c1 = await beginHandshake();
  assertEquals(c0c1.length, 1537);
  assertEquals(c0c1.subarray(0, 9), Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0));
});

Deno.test("beginHandshake() puts a digest into C1 by the scheme asked for", async () => {
  for (const scheme of [0, 1] as const) {
    const c0c1 = await beginHandshake(`digest scheme ${scheme}`);
    assertEquals(c0c1.length, 1537);
    assertEquals(c0c1.subarray(0, 9), Uint8Array.of(3, 0, 0, 0, 0, 9, 0, 124, 2));
    assertEquals((await findDigest(c0c1.subarray(1), FLASH_PLAYER))?.scheme, scheme);
  }
});

Deno.test("finishHandshake() echoes S1 exactly when either side has no digest", async () => {
  for (const c1 of [simpleC1, c1Of(knownC1[0]!)]) {
    const s0s1s2 = concat([VERSION, simpleS1, c1]);
    const finished = await finishHandshake(concat([VERSION, c1]), s0s1s2);
    assertEquals(finished, { scheme: "simple", c2: simpleS1 });
  }
  const s1 = s1Of(knownS1[0]!);
  const finished = await finishHandshake(
    concat([VERSION, simpleC1]),
    concat([VERSION, s1, simpleC1]),
  );
  assertEquals(finished, { scheme: "simple", c2: s1 });
});

Deno.test("finishHandshake() takes a simple S2 that echoes nothing", async () => {
  const s0s1s2 = concat([VERSION, simpleS1, new Uint8Array(1536)]);
  const finished = await finishHandshake(concat([VERSION, simpleC1]), s0s1s2);
  assertEquals(finished, { scheme: "simple", c2: simpleS1 });
});

Deno.test("finishHandshake() signs C2 when both sides have digests", async () => {
  for (const ours of knownC1) {
    for (const theirs of knownS1) {
      const [c1, s1] = [c1Of(ours), s1Of(theirs)];
      const s0s1s2 = concat([VERSION, s1, answerTo(c1, ours)]);
      const finished = await finishHandshake(concat([VERSION, c1]), s0s1s2);
      const scheme = `digest scheme ${theirs.scheme}` as const;
      assertEquals(finished, { scheme, c2: answerTo(s1, theirs) });
    }
  }
});

Deno.test("finishHandshake() refuses an S2 that is not signed for C1", async () => {
  const [ours, others] = [knownC1[0]!, knownC1[1]!];
  const c1 = c1Of(ours);
  const s0s1s2 = concat([VERSION, s1Of(knownS1[0]!), answerTo(c1, others)]);
  const finish = () => finishHandshake(concat([VERSION, c1]), s0s1s2);
  await assertRejects(finish, RtmpHandshakeError, "an S2 that is not signed for C1");
});

Deno.test("finishHandshake() refuses what is not S0, S1 and S2", async () => {
  const c0c1 = concat([VERSION, simpleC1]);
  const html = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n");
  const response = () => finishHandshake(c0c1, html);
  await assertRejects(response, RtmpHandshakeError, "an HTTP response");
  const short = concat([VERSION, simpleS1]);
  const error = await assertRejects(() => finishHandshake(c0c1, short), RtmpHandshakeError);
  assertEquals([error.read, error.expected], ["1537 bytes", "3073 bytes"]);
});

Deno.test("client and server agree on every handshake", async () => {
  for (const scheme of ["simple", "digest scheme 0", "digest scheme 1"] as const) {
    const c0c1 = await beginHandshake(scheme);
    const answer = await answerHandshake(c0c1);
    const finished = await finishHandshake(c0c1, answer.s0s1s2);
    assertEquals([answer.scheme, finished.scheme], [scheme, scheme]);
  }
});
