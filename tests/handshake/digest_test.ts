import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  findDigest,
  FLASH_PLAYER,
  isSigned,
  MEDIA_SERVER,
  signedEcho,
  writeDigest,
} from "../../src/handshake/digest.ts";
import { answerTo, c1Of, knownC1, knownS1, patternPacket, s1Of } from "./known_packets.ts";

Deno.test("findDigest() finds the known digests", async () => {
  for (const known of knownC1) {
    const { scheme, digest } = known;
    const expected = { scheme, digest: Uint8Array.fromHex(digest) };
    assertEquals(await findDigest(c1Of(known), FLASH_PLAYER), expected);
    assertEquals(await findDigest(c1Of(known), MEDIA_SERVER), undefined);
  }
  for (const known of knownS1) {
    const { scheme, digest } = known;
    const expected = { scheme, digest: Uint8Array.fromHex(digest) };
    assertEquals(await findDigest(s1Of(known), MEDIA_SERVER), expected);
    assertEquals(await findDigest(s1Of(known), FLASH_PLAYER), undefined);
  }
});

Deno.test("findDigest() finds nothing where there is no digest", async () => {
  assertEquals(await findDigest(patternPacket(1, [9, 0, 124, 2]), FLASH_PLAYER), undefined);
  assertEquals(await findDigest(patternPacket(1, [0, 0, 0, 0]), FLASH_PLAYER), undefined);
});

Deno.test("writeDigest() puts the known digests in their places", async () => {
  for (const known of knownC1) {
    const packet = patternPacket(known.seed, [9, 0, 124, 2]);
    await writeDigest(packet, known.scheme, FLASH_PLAYER);
    assertEquals(packet, c1Of(known));
  }
  for (const known of knownS1) {
    const packet = patternPacket(known.seed, [4, 5, 0, 1]);
    await writeDigest(packet, known.scheme, MEDIA_SERVER);
    assertEquals(packet, s1Of(known));
  }
});

Deno.test("signedEcho() and isSigned() know the known signatures", async () => {
  for (const known of knownC1) {
    const [c1, digest] = [c1Of(known), Uint8Array.fromHex(known.digest)];
    const s2 = answerTo(c1, known);
    assertEquals(await signedEcho(c1, digest, MEDIA_SERVER), s2);
    assertStrictEquals(await isSigned(s2, digest, MEDIA_SERVER), true);
    assertStrictEquals(await isSigned(s2, digest, FLASH_PLAYER), false);
    assertStrictEquals(await isSigned(s2.with(700, s2[700]! ^ 1), digest, MEDIA_SERVER), false);
    assertStrictEquals(await isSigned(c1, digest, MEDIA_SERVER), false);
  }
});
