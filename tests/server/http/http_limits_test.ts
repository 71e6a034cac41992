import { assertEquals, assertMatch } from "@std/assert";
import { RawHttpClient, startHttpApp, startLimitedHttpApp } from "../../support/http.ts";
import { until } from "../../support/wait.ts";

/** Limits that are over in a moment. */
const SOON = { headersTimeout: 300, checkInterval: 50 };

Deno.test("a client that takes too long over the head of its request is disconnected", async () => {
  await using http = await startLimitedHttpApp(SOON);
  using silent = await RawHttpClient.connect(http.httpPort);
  using slow = await RawHttpClient.connect(http.httpPort);
  slow.write("GET /live/demo.flv HTTP/1.1\r\nHost: local");
  const dripping = setInterval(() => slow.write("h"), 50);
  await until("the slow client to be gone", () => slow.closed);
  clearInterval(dripping);
  assertMatch(
    slow.received,
    /^HTTP\/1\.1 408 [^]*\{"error":"Request timeout: the headers were not/,
  );
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

Deno.test("a body that is not wanted is no end of its connection, nor of its place", async () => {
  await using http = await startHttpApp();
  const client = await RawHttpClient.connect(http.httpPort);
  client.request("GET /healthz", "Content-Length: 300000");
  await client.text(/"ok"/);
  client.write("x".repeat(300_000));
  client.request("GET /readyz");
  await client.text(/"ready"/);
  client.request("DELETE /api/v1/pushes/none", "Content-Length: 300000");
  await client.text(/Not found: no push/);
  client.write("x".repeat(200_000));
  client[Symbol.dispose]();
  await until("the client to be gone", () => http.app.http!.sockets.open.length === 0);
});

Deno.test("a few requests sent ahead are answered in order", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  const paths = ["/healthz", "/api/v1/streams", "/readyz"];
  client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(""));
  await client.text(/"ok"[^]*"streams"[^]*"ready"/);
});

Deno.test("one connection does not become hundreds of viewers", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  const request = "GET /live/demo.flv?wait=3600 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.write(request.repeat(3));
  const { connections } = await connectionsUntil(http.url, "a viewer", (count) => count > 0);
  assertEquals(connections[0]?.protocol, "http-flv");
  client.write(request.repeat(500));
  await until("the client to be gone", () => client.closed);
  await connectionsUntil(http.url, "no viewers", (count) => count === 0);
});

Deno.test("viewers that wait for another request on their connection end with it", async () => {
  await using http = await startHttpApp();
  const client = await RawHttpClient.connect(http.httpPort);
  client.write("GET /live/demo.flv?wait=3600 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(3));
  await connectionsUntil(http.url, "a viewer", (count) => count > 0);
  client[Symbol.dispose]();
  await connectionsUntil(http.url, "no viewers", (count) => count === 0);
});

Deno.test("a request for a protocol that is not spoken here is answered without it", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  client.request("GET /healthz", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c");
  assertMatch(await client.text(/^[^]*"ok"\}/), /^HTTP\/1\.1 200 /);
});

Deno.test("a health check of HTTP/1.0 need not name a host", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  client.write("GET /healthz HTTP/1.0\r\n\r\n");
  assertMatch(await client.text(/^[^]*"ok"\}/), /^HTTP\/1\.1 200 /);
  // Any site may be asking.
  using other = await RawHttpClient.connect(http.httpPort);
  other.write("GET /api/v1/streams HTTP/1.0\r\n\r\n");
  await other.text(/^HTTP\/1\.1 403 /);
});

Deno.test("a client that asks again after a while has time for the head of each request", async () => {
  await using http = await startLimitedHttpApp({ headersTimeout: 1_000, checkInterval: 50 });
  using client = await RawHttpClient.connect(http.httpPort);
  for (let i = 1; i <= 4; i++) {
    client.write("GET /healthz HTTP/1.1\r\nHost: ");
    await new Promise((resolve) => setTimeout(resolve, 350));
    client.write("localhost\r\n\r\n");
    await until("an answer", () => client.received.split('"ok"').length === i + 1);
  }
  assertEquals(client.closed, false);
});

Deno.test("a client is not disconnected for a delay of the server itself", async () => {
  await using http = await startLimitedHttpApp({ headersTimeout: 500, checkInterval: 50 });
  using client = await RawHttpClient.connect(http.httpPort);
  client.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
  await until("its beginning", () => (http.app.http!.sockets.open[0]?.bytesRead ?? 0) > 0);
  // Nothing goes on in this process, the server included.
  for (const begin = performance.now(); performance.now() - begin < 1_500;);
  client.write("\r\n");
  await client.text(/^HTTP\/1\.1 200 [^]*"ok"/);
});

Deno.test("a request that cannot be read is refused as JSON", async () => {
  await using http = await startHttpApp();
  for (
    const [bytes, status, error] of [
      ["NONSENSE\r\n\r\n", 400, "Bad request: not an HTTP request"],
      [
        `GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
        431,
        "Request header fields too large",
      ],
      ["GET /healthz HTTP/1.1\r\nHost: a b\\c\r\n\r\n", 400, "Bad request: malformed Host"],
    ] as const
  ) {
    using client = await RawHttpClient.connect(http.httpPort);
    client.write(bytes);
    await client.text(
      new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\n\\r\\n\\{"error":"${error}[^]*"\\}$`),
    );
    if (!error.includes("Host")) await until("the end", () => client.closed);
  }
});

/** Waits for so many connections in the API. */
async function connectionsUntil(url: string, what: string, isEnough: (count: number) => boolean) {
  return await until(what, async () => {
    const list = await (await fetch(`${url}/api/v1/connections`)).json();
    return isEnough(list.connections.length) && list as { connections: { protocol: string }[] };
  });
}
