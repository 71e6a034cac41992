import { assertEquals, assertMatch } from "@std/assert";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { handshakeBytes } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

/** A TLS record that begins a client hello (RFC 8446, sections 4.1.2 and 5.1). */
const TLS_HELLO = Uint8Array.of(22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3, ...new Uint8Array(194));

const OTHERS: [what: string, bytes: Uint8Array, line: RegExp, hint: RegExp][] = [
  ["RTMP", handshakeBytes(), /speaks RTMP to the port of HTTP/, /RTMP has a port of its own/],
  ["a byte of RTMP", Uint8Array.of(3), /speaks RTMP to the port of HTTP/, /RTMP has a port/],
  ["TLS", TLS_HELLO, /speaks TLS to the port of HTTP/, /HTTP without TLS/],
];

for (const [what, bytes, line, hint] of OTHERS) {
  Deno.test(`${what} to the port of HTTP is named in the log, once for each address`, async () => {
    await using log = await captureLog();
    await using http = await startHttpApp();
    for (let i = 0; i < 3; i++) {
      using client = await RawHttpClient.connect(http.httpPort);
      client.write(bytes);
      await until("its end", () => client.closed);
      assertMatch(client.received, /^HTTP\/1\.1 400 [^]*\{"error":"/);
      assertMatch(client.received, hint);
    }
    const [named, ...others] = log.lines("warning");
    assertMatch(named!, line);
    assertMatch(named!, /^"?127\.0\.0\.1:\d+/);
    assertEquals(others, []);
  });
}

Deno.test("other nonsense to the port of HTTP is in no line", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  client.write("EHLO example.com\r\n");
  await until("its end", () => client.closed);
  assertMatch(client.received, /^HTTP\/1\.1 400 [^]*Bad request: not an HTTP request/);
  assertEquals(log.lines("warning", "error"), []);
});
