/**
 * The client's side of the handshake: C0 and C1, then C2 for an S0, S1 and S2.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { RtmpHandshakeError } from "../errors.ts";
import {
  findDigest,
  FLASH_PLAYER,
  type HandshakeScheme,
  isSigned,
  MEDIA_SERVER,
  signedEcho,
  writeDigest,
} from "./digest.ts";
import {
  checkLength,
  checkS0,
  HANDSHAKE_CLIENT_BYTES,
  HANDSHAKE_SERVER_BYTES,
  PACKET_BYTES,
  randomPacket,
  RTMP_VERSION,
  SENDER_VERSION_AT,
} from "./packet.ts";

/** The last message of the handshake, and the scheme that both sides used. */
export interface FinishedHandshake {
  /** The scheme of the handshake: simple if one side has no digest. */
  scheme: HandshakeScheme;
  /** C2. */
  c2: Uint8Array<ArrayBuffer>;
}

/** The Flash Player version that most clients with a digest announce: 9.0.124.2. */
const CLIENT_VERSION = [9, 0, 124, 2];

/**
 * Makes C0 and C1. Every server accepts a simple handshake. Some old ones send H.264 and AAC only
 * after a handshake with a digest. Most clients with a digest use scheme 1.
 */
export async function beginHandshake(
  scheme: HandshakeScheme = "simple",
): Promise<Uint8Array<ArrayBuffer>> {
  const c1 = randomPacket();
  if (scheme !== "simple") {
    c1.set(CLIENT_VERSION, SENDER_VERSION_AT);
    await writeDigest(c1, scheme === "digest scheme 0" ? 0 : 1, FLASH_PLAYER);
  }
  return concat([Uint8Array.of(RTMP_VERSION), c1]);
}

/**
 * Makes the C2 that answers S0, S1 and S2: the echo of S1, signed when C1 and S1 both have digests.
 * Then S2 has to be signed for C1. Without digests, S2 is ignored: many servers do not echo C1.
 */
export async function finishHandshake(
  c0c1: Uint8Array,
  s0s1s2: Uint8Array,
): Promise<FinishedHandshake> {
  checkS0(s0s1s2);
  checkLength(s0s1s2, HANDSHAKE_SERVER_BYTES);
  const c1 = c0c1.subarray(1);
  const s1 = s0s1s2.slice(1, 1 + PACKET_BYTES);
  const s2 = s0s1s2.subarray(1 + PACKET_BYTES);
  const ours = await findDigest(c1, FLASH_PLAYER);
  const theirs = ours && await findDigest(s1, MEDIA_SERVER);
  if (!theirs) return { scheme: "simple", c2: s1 };

  if (!await isSigned(s2, ours.digest, MEDIA_SERVER)) {
    throw new RtmpHandshakeError("Cannot finish the handshake", {
      read: "an S2 that is not signed for C1",
      expected: "the signature of a server whose S1 has a digest",
      byteOffset: HANDSHAKE_CLIENT_BYTES,
    });
  }
  const c2 = await signedEcho(s1, theirs.digest, FLASH_PLAYER);
  return { scheme: `digest scheme ${theirs.scheme}`, c2 };
}
