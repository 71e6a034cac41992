/**
 * Connections without a byte: load balancers look in this way whether a server is there.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:net";
import { makeCertificate } from "../support/certificate.ts";
import { captureLog } from "../support/log.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const noHandler = () => {};

const WAYS: Record<string, (port: number) => Promise<unknown>> = {
  "are closed": async (port) => (await Deno.connect({ hostname: "127.0.0.1", port })).close(),
  "are half closed": async (port) => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.closeWrite();
    await conn.read(new Uint8Array(1));
    conn.close();
  },
  "are reset": (port) =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket.resetAndDestroy()));
    }),
};

for (const [what, look] of Object.entries(WAYS)) {
  Deno.test(`connections that ${what} without a byte are counted apart, and no line is above debug`, async () => {
    await using log = await captureLog();
    await using server = serveOnLoopback({}, noHandler);
    for (let i = 0; i < 5; i++) await look(server.addr.port);
    await until("all of them", () => server.ledger.emptyConnections === 5);
    assertEquals(server.ledger.failedHandshakes, 0);
    assertEquals(log.lines("info", "warning", "error", "fatal"), []);
  });
}

await toolTest(["openssl"], "connections to RTMPS without a byte are counted apart", async () => {
  await using log = await captureLog();
  const tls = { port: 0, ...await makeCertificate() };
  await using server = serveOnLoopback({ tls }, noHandler);
  for (const look of Object.values(WAYS)) await look(server.tlsAddr!.port);
  await until("all of them", () => server.ledger.emptyConnections === 3);
  assertEquals(server.ledger.failedHandshakes, 0);
  assertEquals(log.lines("info", "warning", "error", "fatal"), []);
});

Deno.test("a connection that ends after a byte has failed its handshake", async () => {
  await using log = await captureLog();
  await using server = serveOnLoopback({}, noHandler);
  using client = await RawClient.connect(server.addr.port);
  client.write(Uint8Array.of(3));
  client.end();
  await until("the end", () => server.ledger.failedHandshakes === 1);
  assertEquals(server.ledger.emptyConnections, 0);
  assertMatch(log.lines("warning")[0]!, /Cannot read the handshake: read 1 bytes/);
});

Deno.test("a connection that the server closes without a byte is not empty", async () => {
  await using server = serveOnLoopback({ maxConnections: 1 }, noHandler);
  using _silent = await RawClient.connect(server.addr.port);
  await until("the first one", () => server.connections.length === 1);
  // It has to make room for this one.
  using next = await RawClient.open(server.addr.port);
  await until("an answer", () => next.commands.length > 0);
  await until("the end of the first", () => server.ledger.failedHandshakes === 1);
  assertEquals([server.ledger.evictedConnections, server.ledger.emptyConnections], [1, 0]);
});
