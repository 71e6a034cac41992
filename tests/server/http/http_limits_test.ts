import { assertEquals, assertMatch } from "@std/assert";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { until } from "../../support/wait.ts";

Deno.test("a client that takes too long over the head of its request is turned away", async () => {
  await using http = await startHttpApp();
  using silent = await RawHttpClient.connect(http.httpPort);
  using slow = await RawHttpClient.connect(http.httpPort);
  slow.write("GET /live/demo.flv HTTP/1.1\r\nHost: local");
  const dripping = setInterval(() => slow.write("h"), 500);
  await until("the slow client to be gone", () => slow.closed);
  clearInterval(dripping);
  assertMatch(slow.received, /^HTTP\/1\.1 408 /);
  await until("the silent client to be gone", () => silent.closed);
  assertEquals((await fetch(`${http.url}/api/v1/streams`).then((r) => r.json())).streams, []);
});

Deno.test("a client that asks several times over one connection is answered each time", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  for (let count = 1; count <= 3; count++) {
    client.request("GET /api/v1/streams");
    await until("an answer", () => client.received.split('{"streams":[]}').length === count + 1);
  }
  assertEquals(client.closed, false);
});

Deno.test("a client that sends no HTTP is turned away", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  client.write("\x03".repeat(1537));
  await client.text(/^HTTP\/1\.1 400 /);
  await until("the end", () => client.closed);
});
