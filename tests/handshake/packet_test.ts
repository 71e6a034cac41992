import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { RtmpHandshakeError } from "../../src/errors.ts";
import { checkC0, checkS0, randomPacket } from "../../src/handshake/packet.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

Deno.test("checkC0() takes versions 0 to 31, from the first byte on", () => {
  checkC0(new Uint8Array());
  for (let version = 0; version < 256; version++) {
    const received = Uint8Array.of(version);
    if (version < 32) checkC0(received);
    else assertThrows(() => checkC0(received), RtmpHandshakeError);
  }
});

Deno.test("checkC0() says what the bytes seem to be", () => {
  const cases: [received: Uint8Array, read: string][] = [
    [ascii("GET /live/demo?key=secret HTTP/1.1\r\n"), "an HTTP request (GET)"],
    [ascii("POST /open/1 HTTP/1.1\r\n"), "an HTTP request (POST)"],
    [ascii("G"), "byte 0x47"],
    [ascii("GETTER"), "byte 0x47"],
    [Uint8Array.of(0xf3, 0, 4, 1, 2, 3, 4, 3), "byte 0xf3"],
    [Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3), "a TLS hello"],
    [Uint8Array.of(0x16, 3, 3, 2, 0, 1, 0, 1, 0xfc, 3, 3), "a TLS hello"],
  ];
  for (const [received, read] of cases) {
    const error = assertThrows(() => checkC0(received), RtmpHandshakeError);
    assertEquals(error.read, read);
    assertEquals(error.expected, "an RTMP version from 0 to 31");
    assertEquals(error.byteOffset, 0);
  }
});

Deno.test("checkC0() takes version 22 for RTMP when no TLS hello follows", () => {
  checkC0(Uint8Array.of(0x16, 0, 0, 0, 0, 0, 0, 0, 0));
  checkC0(Uint8Array.of(0x16, 3, 1, 2, 0, 0, 0, 0, 0));
  checkC0(Uint8Array.of(0x16, 3));
});

Deno.test("checkS0() takes versions 3 to 31", () => {
  checkS0(new Uint8Array());
  for (let version = 0; version < 256; version++) {
    const received = Uint8Array.of(version);
    if (version >= 3 && version < 32) checkS0(received);
    else assertThrows(() => checkS0(received), RtmpHandshakeError);
  }
  const error = assertThrows(() => checkS0(ascii("HTTP/1.1 400")), RtmpHandshakeError);
  assertEquals(error.read, "an HTTP response");
});

Deno.test("randomPacket() is zero for 8 bytes and random for 1528", () => {
  const packet = randomPacket();
  assertEquals(packet.length, 1536);
  assertEquals(packet.subarray(0, 8), new Uint8Array(8));
  assertNotEquals(packet.subarray(8, 24), packet.subarray(24, 40));
  assertNotEquals(packet, randomPacket());
});
