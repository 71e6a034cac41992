/**
 * The server's side of the handshake: S0, S1 and S2 for a C0 and C1.
 *
 * @module
 */

import { concat } from "@std/bytes";
import {
  findDigest,
  FLASH_PLAYER,
  type HandshakeScheme,
  MEDIA_SERVER,
  signedEcho,
  writeDigest,
} from "./digest.ts";
import {
  checkC0,
  checkLength,
  HANDSHAKE_CLIENT_BYTES,
  randomPacket,
  RTMP_VERSION,
  SENDER_VERSION_AT,
} from "./packet.ts";

/** The server's answer, and the scheme of the client. */
export interface HandshakeAnswer {
  /** The scheme that the client chose, by a valid digest or the lack of one. */
  scheme: HandshakeScheme;
  /** S0, S1 and S2. */
  s0s1s2: Uint8Array<ArrayBuffer>;
}

/** Flash Media Server 4.5. FFmpeg does not look for a digest when the first number is below 3. */
const SERVER_VERSION = [4, 5, 0, 1];

/**
 * Answers C0 and C1. The C2 that follows needs no check: it should echo S1, but some clients do
 * not, and nothing depends on it.
 *
 * A C1 with a valid digest gets a digest in S1, by the same scheme, and a signed S2. For any other
 * C1, even with a wrong digest, S2 is its exact echo. The specification has the time of arrival in
 * bytes 4 to 7, but some clients compare all of S2 with C1.
 *
 * A client that requests another version than 3 always gets the simple handshake. librtmp requests
 * encryption by version 6. It continues encrypted if it gets a digest, and otherwise unencrypted.
 */
export async function answerHandshake(c0c1: Uint8Array): Promise<HandshakeAnswer> {
  checkC0(c0c1);
  checkLength(c0c1, HANDSHAKE_CLIENT_BYTES);
  const s0 = Uint8Array.of(RTMP_VERSION);
  const s1 = randomPacket();
  const c1 = c0c1.subarray(1);
  const found = c0c1[0] === RTMP_VERSION ? await findDigest(c1, FLASH_PLAYER) : undefined;
  if (!found) return { scheme: "simple", s0s1s2: concat([s0, s1, c1]) };

  s1.set(SERVER_VERSION, SENDER_VERSION_AT);
  await writeDigest(s1, found.scheme, MEDIA_SERVER);
  const s2 = await signedEcho(c1, found.digest, MEDIA_SERVER);
  return { scheme: `digest scheme ${found.scheme}`, s0s1s2: concat([s0, s1, s2]) };
}
