import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { videoTag } from "../../support/media.ts";
import { readMetrics } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ServerProcess } from "../../support/server.ts";
import { until } from "../../support/wait.ts";
import { UPGRADE } from "../../support/websocket.ts";

/** Other systems have one address on loopback. */
const LINUX = { ignore: Deno.build.os !== "linux" };

const OPERATING = ["/healthz", "/readyz", "/metrics", "/api/v1/streams", "/api/v1/server?x=/"];

/** Connections that each ask for a stream that is not published, and wait. */
async function waiters(port: number, count: number, from?: string): Promise<RawHttpClient[]> {
  const clients: RawHttpClient[] = [];
  for (let i = 0; i < count; i++) {
    const client = await RawHttpClient.connect(port, from);
    client.request(`GET /live/none${i}.flv?wait=3600`);
    clients.push(client);
  }
  return clients;
}

/** Asks on a connection of its own, and gives the whole answer. */
async function ask(port: number, target: string, from?: string): Promise<string> {
  using client = await RawHttpClient.connect(port, from);
  client.request(`GET ${target}`, "Connection: close");
  await until(() => `the answer to ${target}`, () => client.closed);
  return client.received;
}

/** Those that have been told to make way. */
function madeWay(clients: RawHttpClient[]): RawHttpClient[] {
  return clients.filter(({ received }) =>
    /^HTTP\/1\.1 503 [^]*too many connections/.test(received)
  );
}

Deno.test({
  ...LINUX,
  name: "an address has so many places, and operators have some in any case",
  async fn() {
    await using http = await startHttpApp("--max-http-connections-per-address", "3");
    const { sockets } = http.app.http!;
    using publisher = await RawClient.publish(http.port, "demo");
    publisher.sendTags([videoTag(0)]);
    const viewers: RawHttpClient[] = [];
    for (let i = 0; i < 3; i++) {
      const viewer = await RawHttpClient.connect(http.httpPort);
      viewer.request("GET /live/demo.flv");
      await viewer.text(/FLV/);
      viewers.push(viewer);
    }
    const refused = await ask(http.httpPort, "/live/demo.flv");
    assertMatch(refused, /^HTTP\/1\.1 503 [^]*retry-after: \d+/);
    assertMatch(
      refused,
      /access-control-allow-origin: \*[^]*\{"error":"Service unavailable: too many HTTP connections from this/,
    );
    for (const target of OPERATING) {
      assertMatch(await ask(http.httpPort, target), /^HTTP\/1\.1 200 /, target);
    }
    using other = await RawHttpClient.connect(http.httpPort, "127.0.0.2");
    other.request("GET /live/demo.flv");
    await other.text(/^HTTP\/1\.1 200 [^]*FLV/);
    assertEquals(viewers.map(({ closed }) => closed), [false, false, false]);
    assertEquals(sockets.refused, { "too-many-of-address": 1 });
    for (const client of viewers) client[Symbol.dispose]();
  },
});

Deno.test("a viewer that waits makes way for another of its address, the longest first", async () => {
  await using http = await startHttpApp("--max-http-connections-per-address", "3");
  using publisher = await RawClient.publish(http.port, "demo");
  publisher.sendTags([videoTag(0)]);
  const waiting = await waiters(http.httpPort, 3);
  await until("all of them", () => http.app.http!.sockets.open.every(({ isWaiting }) => isWaiting));
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request("GET /live/demo.flv");
  await viewer.text(/FLV/);
  await waiting[0]!.text(/^HTTP\/1\.1 503 [^]*connection: close[^]*too many connections/i);
  assertEquals(madeWay(waiting), [waiting[0]]);
  assertEquals(http.app.http!.sockets.refused, { "made-room": 1 });
  for (const client of waiting) client[Symbol.dispose]();
});

Deno.test({
  ...LINUX,
  name: "when all places are taken, those who wait make way where there are the most of them",
  async fn() {
    await using http = await startHttpApp("--max-http-connections", "16");
    using publisher = await RawClient.publish(http.port, "demo");
    publisher.sendTags([videoTag(0)]);
    // Two of the sixteen places are kept.
    const few = await waiters(http.httpPort, 4, "127.0.0.2");
    const many = await waiters(http.httpPort, 10, "127.0.0.3");
    await until("all of them", () => {
      const { open } = http.app.http!.sockets;
      return open.length === 14 && open.every(({ isWaiting }) => isWaiting);
    });
    for (const target of OPERATING) {
      assertMatch(await ask(http.httpPort, target, "127.0.0.9"), /^HTTP\/1\.1 200 /, target);
    }
    assertEquals(madeWay([...few, ...many]), []);
    const viewers: RawHttpClient[] = [];
    for (let i = 0; i < 3; i++) {
      const viewer = await RawHttpClient.connect(http.httpPort, "127.0.0.9");
      viewer.request("GET /live/demo.flv");
      await viewer.text(/^HTTP\/1\.1 200 [^]*FLV/);
      viewers.push(viewer);
    }
    await until("three to make way", () => madeWay(many).length === 3);
    assertEquals(madeWay(few), []);
    for (const client of [...few, ...many, ...viewers]) client[Symbol.dispose]();
  },
});

Deno.test("connections without a request, and slow ones, do not keep the places of operators", async () => {
  await using http = await startHttpApp("--max-http-connections", "16");
  using publisher = await RawClient.publish(http.port, "demo");
  publisher.sendTags([videoTag(0)]);
  const viewers: RawHttpClient[] = [];
  for (let i = 0; i < 14; i++) {
    const viewer = await RawHttpClient.connect(http.httpPort);
    viewer.request("GET /live/demo.flv");
    await viewer.text(/FLV/);
    viewers.push(viewer);
  }
  const idle: RawHttpClient[] = [];
  for (let i = 0; i < 10; i++) {
    const client = await RawHttpClient.connect(http.httpPort);
    client.write("GET /healthz HTTP/1.1\r\nHost: lo");
    idle.push(client);
  }
  await until("eight of ten to go", () => idle.filter(({ closed }) => closed).length === 8);
  assertMatch(await ask(http.httpPort, "/healthz"), /^HTTP\/1\.1 200 /);
  assert(viewers.every(({ closed }) => !closed));
  for (const client of [...viewers, ...idle]) client[Symbol.dispose]();
});

Deno.test("a WebSocket that waits for a publisher makes way with a 503", async () => {
  await using http = await startHttpApp("--max-http-connections-per-address", "1");
  using publisher = await RawClient.publish(http.port, "demo");
  publisher.sendTags([videoTag(0)]);
  using waiting = await RawHttpClient.connect(http.httpPort);
  waiting.request(
    "GET /live/none.flv",
    ...UPGRADE,
  );
  await until("it to wait", () => http.app.http!.sockets.open.some(({ isWaiting }) => isWaiting));
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request("GET /live/demo.flv");
  await viewer.text(/FLV/);
  await waiting.text(/^HTTP\/1\.1 503 [^]*too many connections/);
  await until("its end", () => waiting.closed);
});

Deno.test({
  ignore: Deno.build.os === "windows",
  name: "viewers that wait do not take the descriptors that a health check needs",
  async fn() {
    await using server = await ServerProcess.start({ shell: "ulimit -n 192" });
    const httpPort = Number(server.http.split(":").at(-1));
    const waiting = await waiters(httpPort, 250);
    await server.line(/HTTP connections refused/);
    assertMatch(await ask(httpPort, "/healthz"), /^HTTP\/1\.1 200 /);
    using publisher = await RawClient.publish(server.port, "demo");
    publisher.sendTags([videoTag(0)]);
    const metrics = await readMetrics(server.http);
    assert(metrics.get("sluice_http_connections") > 50);
    for (const client of waiting) client[Symbol.dispose]();
  },
});
