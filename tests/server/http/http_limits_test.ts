import { assertEquals, assertMatch } from "@std/assert";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ServerProcess } from "../../support/server.ts";
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

Deno.test({
  name: "a lack of file descriptors on the HTTP side leaves RTMP alone, and HTTP comes back",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await ServerProcess.start({ shell: "ulimit -n 64" });
    using publisher = await RawClient.publish(server.port, "demo");
    publisher.sendTags([videoTag(0)]);
    const httpPort = Number(server.http.split(":").at(-1));
    const clients: RawHttpClient[] = [];
    for (let i = 0; i < 80; i++) clients.push(await RawHttpClient.connect(httpPort));
    await server.line(/Cannot take in a connection: .*os error 24/);
    publisher.sendTags([videoTag(1)]);
    for (const client of clients) client[Symbol.dispose]();

    const { streams } = await (await fetch(`${server.http}/api/v1/streams`)).json();
    assertEquals(streams.map(({ path }: { path: string }) => path), ["live/demo"]);
    publisher.sendTags([videoTag(2)]);
    publisher.command("FCUnpublish", 4, null, "demo");
    await server.line(/live\/demo has ended.*Received 3 video.*The books balance/);
  },
});
