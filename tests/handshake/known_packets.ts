/**
 * C1 and S1 with digests whose values were computed apart from this code, by Python's `hmac`.
 *
 * @module
 */

/** A C1 or S1 with a digest, and how the other side has to sign its echo. */
export interface KnownPacket {
  scheme: 0 | 1;
  /** What its bytes count up from. */
  seed: number;
  /** Where the digest is. */
  at: number;
  digest: string;
  /** The last 32 bytes of the S2 or C2 that echoes it. */
  signature: string;
}

/** C1 of Flash Player 9.0.124.2; of each scheme one whose offset is past 728 and wraps. */
export const knownC1: KnownPacket[] = [
  {
    scheme: 0,
    seed: 1,
    at: 1354,
    digest: "14840f7f0e4865fa4bd149095d664305d5521b8cf4e99f9feed9837909a8ef9f",
    signature: "3cd789e9c730dee1ed8cf8edbd76907da56087bac061863e797b73a14a20cc86",
  },
  {
    scheme: 0,
    seed: 95,
    at: 1002,
    digest: "3ffa1af7e43a020792516632f45ed501abefa5ac86afc4fed90f46cb42d63be8",
    signature: "775c1d4e3a09715a9175c954b1f868147edef8066cb7a746dd25554ed065a7d5",
  },
  {
    scheme: 1,
    seed: 1,
    at: 282,
    digest: "51ebfe29a5f94532b7699ce59e89292fae708943929b491d51c4c227fc518ee2",
    signature: "9d4ebbc70f739736ac592268b78153c9135ccddb402cef6dc30f57501cec9eb4",
  },
  {
    scheme: 1,
    seed: 170,
    at: 230,
    digest: "c7334499b1404072b410d6d06abf48224a19eaf5205f1a9e325ff5e103bb006e",
    signature: "89a036a7d2e2270a3d52d638a7bd45b0bcecde7e5e1e849598ba9d7c160f9a24",
  },
];

/** S1 of Flash Media Server 4.5.0.1. */
export const knownS1: KnownPacket[] = [
  {
    scheme: 0,
    seed: 2,
    at: 1358,
    digest: "0b77ddee6c99e6ba33680676e18b592ffd44e9e721c6e2f7798e6571b1fa5e90",
    signature: "bc0358856cfb8a5126cff6df6f566b7e037f45deced95641a468de00e211915c",
  },
  {
    scheme: 1,
    seed: 2,
    at: 286,
    digest: "ada954b75f73b9d885c4ab83e919bc311dd46f3b00a898a55cb83e642a885e19",
    signature: "ed35a775e4944ceca3b213cd0117751ab14b950c8fefb01b7ebf28992c657dac",
  },
];

/** Time 0, a version, then bytes that count up in sevens. */
export function patternPacket(seed: number, version: number[]): Uint8Array<ArrayBuffer> {
  const packet = Uint8Array.from({ length: 1536 }, (_, i) => (i * 7 + seed) % 251);
  packet.set([0, 0, 0, 0, ...version]);
  return packet;
}

/** The bytes of one of the `knownC1`. */
export function c1Of({ seed, at, digest }: KnownPacket): Uint8Array<ArrayBuffer> {
  const packet = patternPacket(seed, [9, 0, 124, 2]);
  packet.set(Uint8Array.fromHex(digest), at);
  return packet;
}

/** The bytes of one of the `knownS1`. */
export function s1Of({ seed, at, digest }: KnownPacket): Uint8Array<ArrayBuffer> {
  const packet = patternPacket(seed, [4, 5, 0, 1]);
  packet.set(Uint8Array.fromHex(digest), at);
  return packet;
}

/** The S2 or C2 for a C1 or S1: its echo with the signature at the end. */
export function answerTo(
  packet: Uint8Array<ArrayBuffer>,
  { signature }: KnownPacket,
): Uint8Array<ArrayBuffer> {
  const answer = packet.slice();
  answer.set(Uint8Array.fromHex(signature), 1504);
  return answer;
}
