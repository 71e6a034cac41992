/**
 * The digest handshake of Flash Player 9 and Flash Media Server, which no specification has. C1 and
 * S1 carry their sender's version and a digest; S2 and C2 prove that the digest was read.
 *
 *     C1, S1   scheme 0        scheme 1
 *        0     time            time            4 bytes
 *        4     version         version         4 bytes, not zero
 *        8     key block       digest block    764 bytes
 *      772     digest block    key block       764 bytes
 *
 *     digest block
 *        0     4     four numbers whose sum modulo 728 is the offset
 *        4     728   random bytes, and among them, at the offset, the digest: 32 bytes more
 *     key block
 *        a Diffie-Hellman key for encrypted RTMP; random bytes here
 *
 *     S2, C2
 *        0     1504  anything; the C1 or S1 that is answered, here
 *     1504     32    the signature
 *
 * All are HMAC-SHA256. The digest covers the other 1504 bytes of C1 or S1; its key is the sender's
 * name. The signature covers the first 1504 bytes of S2 or C2. Its key is the HMAC of the peer's
 * digest, under the sender's name and 32 constant bytes.
 *
 * @module
 */

import { concat, equals } from "@std/bytes";
import { readUint32 } from "../bytes/integers.ts";
import { PACKET_BYTES, SENDER_VERSION_AT } from "./packet.ts";

/** The two ways to lay out C1 and S1. */
export type DigestScheme = 0 | 1;

/** The kind of a handshake. */
export type HandshakeScheme = "simple" | "digest scheme 0" | "digest scheme 1";

/** All handshake schemes. */
export const HANDSHAKE_SCHEMES: readonly HandshakeScheme[] = [
  "simple",
  "digest scheme 0",
  "digest scheme 1",
];

/** A digest that was found valid. */
export interface FoundDigest {
  scheme: DigestScheme;
  digest: Uint8Array<ArrayBuffer>;
}

/** The keys with which a kind of peer signs. */
export interface Signer {
  /** For C1 and S1: its name. */
  digestKey: Uint8Array<ArrayBuffer>;
  /** For S2 and C2: its name and more. */
  signatureKey: Uint8Array<ArrayBuffer>;
}

/** The constant bytes that both kinds of peer append to their name. */
// deno-fmt-ignore
const SIGNATURE_KEY_TAIL = Uint8Array.of(
  0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0, 0xd1, 0x02, 0x9e, 0x7e, 0x57,
  0x6e, 0xec, 0x5d, 0x2d, 0x29, 0x80, 0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae,
);

/** The client of the digest handshake. */
export const FLASH_PLAYER: Signer = signer("Genuine Adobe Flash Player 001");

/** The server of the digest handshake. */
export const MEDIA_SERVER: Signer = signer("Genuine Adobe Flash Media Server 001");

const DIGEST_BYTES = 32;
const DIGEST_BLOCK_AT: Record<DigestScheme, number> = { 0: 772, 1: 8 };
const DIGEST_OFFSETS = 728;
const SIGNATURE_AT = PACKET_BYTES - DIGEST_BYTES;

/** Finds the digest of a C1 or S1, if it has a valid one. */
export async function findDigest(
  packet: Uint8Array,
  { digestKey }: Signer,
): Promise<FoundDigest | undefined> {
  if (readUint32(packet, SENDER_VERSION_AT) === 0) return undefined;
  for (const scheme of [0, 1] as const) {
    const at = digestAt(packet, scheme);
    const digest = await digestOf(packet, at, digestKey);
    if (equals(digest, packet.subarray(at, at + DIGEST_BYTES))) return { scheme, digest };
  }
  return undefined;
}

/** Puts the digest into a C1 or S1 that is otherwise complete. */
export async function writeDigest(
  packet: Uint8Array,
  scheme: DigestScheme,
  { digestKey }: Signer,
): Promise<void> {
  const at = digestAt(packet, scheme);
  packet.set(await digestOf(packet, at, digestKey), at);
}

/** Makes the S2 or C2 that answers a C1 or S1: its echo, with a signature at the end. */
export async function signedEcho(
  packet: Uint8Array,
  digest: Uint8Array<ArrayBuffer>,
  signer: Signer,
): Promise<Uint8Array<ArrayBuffer>> {
  const echo = packet.slice(0, SIGNATURE_AT);
  return concat([echo, await signature(echo, digest, signer)]);
}

/** Whether the signature of an S2 or C2 is right for the digest of a C1 or S1. */
export async function isSigned(
  answer: Uint8Array,
  digest: Uint8Array<ArrayBuffer>,
  signer: Signer,
): Promise<boolean> {
  const expected = await signature(answer.slice(0, SIGNATURE_AT), digest, signer);
  return equals(expected, answer.subarray(SIGNATURE_AT));
}

function digestAt(packet: Uint8Array, scheme: DigestScheme): number {
  const block = DIGEST_BLOCK_AT[scheme];
  const sum = packet[block]! + packet[block + 1]! + packet[block + 2]! + packet[block + 3]!;
  return block + 4 + sum % DIGEST_OFFSETS;
}

function digestOf(
  packet: Uint8Array,
  at: number,
  key: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return hmac(key, concat([packet.subarray(0, at), packet.subarray(at + DIGEST_BYTES)]));
}

async function signature(
  signed: Uint8Array<ArrayBuffer>,
  digest: Uint8Array<ArrayBuffer>,
  { signatureKey }: Signer,
): Promise<Uint8Array<ArrayBuffer>> {
  return hmac(await hmac(signatureKey, digest), signed);
}

async function hmac(
  key: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

function signer(name: string): Signer {
  const digestKey = new TextEncoder().encode(name);
  return { digestKey, signatureKey: concat([digestKey, SIGNATURE_KEY_TAIL]) };
}
