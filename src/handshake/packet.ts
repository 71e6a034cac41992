/**
 * The packets of all handshakes: their sizes, random bytes and the version byte.
 *
 *     C0, S0     1 byte      version: 3 for plain RTMP
 *     C1, S1     1536 bytes
 *        0       4           time: where the sender's clock starts, may be 0
 *        4       4           zero; the version of the sender where C1 carries a digest
 *        8       1528        random
 *     C2, S2     1536 bytes
 *        0       4           time of the C1 or S1 that is answered
 *        4       4           time2: when that was read
 *        8       1528        its random bytes
 *
 * RTMP 1.0, sections 5.2.2 to 5.2.4.
 *
 * @module
 */

import { RtmpHandshakeError } from "../errors.ts";

/** Bytes of C1, of S1, of C2 and of S2. */
export const PACKET_BYTES = 1536;

/** Bytes of C0 and C1, with which the client begins. */
export const HANDSHAKE_CLIENT_BYTES: number = 1 + PACKET_BYTES;

/** Bytes of S0, S1 and S2, the server's answer. */
export const HANDSHAKE_SERVER_BYTES: number = 1 + 2 * PACKET_BYTES;

/** The supported version: plain RTMP. */
export const RTMP_VERSION = 3;

/** The offset of the sender's version in C1 and S1. */
export const SENDER_VERSION_AT = 4;

/** "32-255 are not allowed (to allow distinguishing RTMP from text-based protocols ...)". */
const HIGHEST_VERSION = 31;

/** Makes a C1 or S1 of the simple handshake: time 0, zero, random. */
export function randomPacket(): Uint8Array<ArrayBuffer> {
  const packet = crypto.getRandomValues(new Uint8Array(PACKET_BYTES));
  return packet.fill(0, 0, 8);
}

/**
 * Checks that a client speaks RTMP, by its first bytes, however few there are. A client of another
 * protocol often sends less than a handshake, and would have to time out.
 *
 * Versions 0 to 31 are accepted: a server that does not know a version replies with its own
 * (section 5.2.2).
 */
export function checkC0(received: Uint8Array): void {
  if (isTlsHello(received)) throw versionError(received, 0);
  checkVersion(received, 0);
}

/** Checks that a server speaks RTMP, by its first bytes, however few there are. */
export function checkS0(received: Uint8Array): void {
  checkVersion(received, RTMP_VERSION);
}

/** Checks that the received packets have the expected length. */
export function checkLength(received: Uint8Array, expected: number): void {
  if (received.length === expected) return;
  throw new RtmpHandshakeError("Cannot read the handshake", {
    read: `${received.length} bytes`,
    expected: `${expected} bytes`,
    byteOffset: received.length,
  });
}

function checkVersion(received: Uint8Array, lowest: number): void {
  const [version] = received;
  if (version === undefined || version >= lowest && version <= HIGHEST_VERSION) return;
  throw versionError(received, lowest);
}

function versionError(received: Uint8Array, lowest: number): RtmpHandshakeError {
  return new RtmpHandshakeError("Cannot shake hands", {
    read: describe(received),
    expected: `an RTMP version from ${lowest} to ${HIGHEST_VERSION}`,
    byteOffset: 0,
  });
}

/**
 * Guesses the protocol of bytes that are not RTMP. Only a method is quoted: a path may contain a
 * key.
 */
function describe(received: Uint8Array): string {
  if (isTlsHello(received)) return "a TLS hello";
  const text = String.fromCharCode(...received.subarray(0, 8));
  const method = /^(GET|POST|HEAD|PUT|OPTIONS|CONNECT|PATCH|DELETE) /.exec(text)?.[1];
  if (method) return `an HTTP request (${method})`;
  if (text.startsWith("HTTP/")) return "an HTTP response";
  return `byte 0x${received[0]!.toString(16).padStart(2, "0")}`;
}

/**
 * Whether bytes begin a TLS ClientHello. Its first byte, 22, is also a valid RTMP version, so more
 * bytes are checked.
 *
 *     0   1   0x16     handshake (RFC 8446, section 5.1)
 *     1   2   0x0301   version of the record: 3.0 to 3.4
 *     3   2            length of the record
 *     5   1   0x01     client hello (section 4)
 */
export function isTlsHello(received: Uint8Array): boolean {
  return received[0] === 0x16 && received[1] === 3 && received[2]! <= 4 && received[5] === 1;
}
