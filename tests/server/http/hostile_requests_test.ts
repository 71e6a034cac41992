/**
 * Requests that are made to confuse.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { startApiApp } from "../../support/api.ts";
import { clockAhead } from "../../support/clock.ts";
import { flvBytes, RawHttpClient, startHttpApp } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

const PUSH = { stream: "live/demo", url: "rtmp://127.0.0.1:1/live/copy" };

Deno.test("guesses at the token are slowed down, for no longer than it takes to type it", async () => {
  await using api = await startApiApp("--api-token", "sesame");
  const guess = (token: string) =>
    api.call("DELETE", "pushes/none", undefined, { authorization: `Bearer ${token}` });
  for (let i = 0; i < 10; i++) assertEquals((await guess(`wrong ${i}`)).status, 401);
  const { status, headers, body } = await guess("sesame");
  assertEquals([status, headers.get("retry-after")], [429, "1"]);
  assertMatch(body.error, /Too many requests: wrong API tokens; try again in \d+ s/);
  // A client that only reads is not asked for a token.
  assertEquals((await api.call("GET", "pushes")).status, 200);
  using _ = clockAhead(1_001);
  assertEquals((await guess("sesame")).status, 404);
});

Deno.test("guesses at the stream key are slowed down, over RTMP and HTTP together", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp("--stream-key", "sesame");
  const put = async (key: string) => {
    const url = `${http.url}/live/demo.flv?key=${key}`;
    const response = await fetch(url, { method: "PUT", body: flvBytes(videoTags(2)) });
    return { status: response.status, body: await response.json() };
  };
  for (let i = 0; i < 5; i++) {
    assertEquals((await put(`wrong${i}`)).status, 403);
    using client = await RawClient.open(http.port);
    client.askToPublish(`demo?key=wrong${i}`);
    await client.status("NetStream.Publish.Denied");
  }
  const { status, body } = await put("sesame");
  assertEquals([status, body.error], [
    403,
    "Forbidden: Too many wrong stream keys; try again in 1 s",
  ]);
  {
    using _ = clockAhead(1_001);
    assertEquals((await put("sesame")).status, 201);
  }
  await http.idle();
  assertEquals(
    log.lines("debug", "info", "warning", "error").filter((line) => /sesame/.test(line)),
    [],
  );
});

Deno.test("POST accepts JSON alone, under no other type", async () => {
  await using api = await startApiApp();
  const types: [type: string, status: number][] = [
    ["application/json", 201],
    ["Application/JSON; charset=utf-8", 201],
    ["text/plain", 415],
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data; boundary=x", 415],
    ["application/jsonp", 415],
    ["text/plain, application/json", 415],
    ["", 415],
  ];
  for (const [type, status] of types) {
    const { status: answered, body } = await api.call("POST", "pushes", PUSH, {
      "content-type": type,
    });
    assertEquals(answered, status, type);
    if (status === 415) assertMatch(body.error, /application\/json/);
  }
});

const BODIES: [what: string, body: string][] = [
  ["nothing", ""],
  ["half an object", '{"stream":'],
  ["null", "null"],
  ["a list", '["live/demo"]'],
  ["a list as the stream", '{"stream":["live/demo"]}'],
  ["a number", '{"stream":7}'],
  ["a prototype", '{"__proto__":{"stream":"live/demo"}}'],
  ["a deep nest", `{"stream":${"[".repeat(8000)}${"]".repeat(8000)}}`],
  ["broken UTF-8", "\x7f\xff"],
];

for (const [what, body] of BODIES) {
  Deno.test(`POST recordings and pushes refuse ${what} as a body`, async () => {
    await using api = await startApiApp();
    for (const [path, members] of [["recordings", "stream"], ["pushes", "stream.*url"]]) {
      const answer = await api.call("POST", path!, body);
      assertEquals(answer.status, 400);
      assertMatch(answer.body.error, new RegExp(`must be like .*${members}`));
    }
  });
}

Deno.test("a body that is too large is refused before it has come, whether it says so or not", async () => {
  await using http = await startHttpApp();
  const head = ["Content-Type: application/json"];
  using announced = await RawHttpClient.connect(http.httpPort);
  announced.request("POST /api/v1/pushes", ...head, "Content-Length: 1000000000");
  await announced.text(/^HTTP\/1\.1 413 [^]*"error":"Content too large: limit 16384 bytes"/);
  await until("the end", () => announced.closed);
  using chunked = await RawHttpClient.connect(http.httpPort);
  chunked.request("POST /api/v1/recordings", ...head, "Transfer-Encoding: chunked");
  const chunk = `1000\r\n${" ".repeat(0x1000)}\r\n`;
  for (let i = 0; i < 5; i++) chunked.write(chunk);
  await chunked.text(/^HTTP\/1\.1 413 /);
  await until("the end", () => chunked.closed);
});

Deno.test("a body whose length is not announced is read like any other", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  const body = JSON.stringify(PUSH);
  const head = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
  client.request("POST /api/v1/pushes", ...head);
  for (const part of [body.slice(0, 9), body.slice(9)]) {
    client.write(`${part.length.toString(16)}\r\n${part}\r\n`);
  }
  client.write("0\r\n\r\n");
  assertMatch(await client.text(/^[^]*"waiting"/), /^HTTP\/1\.1 201 /);
});

Deno.test("a client that goes in the middle of a body is no failure of the server", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp();
  const client = await RawHttpClient.connect(http.httpPort);
  client.request(
    "POST /api/v1/pushes",
    "Content-Type: application/json",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
  );
  await client.text(/100 Continue/);
  client.write("1\r\n{\r\n");
  client[Symbol.dispose]();
  await until(
    "the client to be gone",
    () => log.lines("debug").some((l) => /disconnected/.test(l)),
  );
  assertEquals((await fetch(`${http.url}/api/v1/pushes`).then((r) => r.json())).pushes, []);
  assertEquals(log.lines("error"), []);
});

Deno.test("a parameter that is given twice is refused, not chosen from", async () => {
  await using http = await startHttpApp();
  for (
    const query of ["wait=0&wait=9", "wait=0&mode=live&mode=lossless", "wait=0&audio=0&audio=1"]
  ) {
    const response = await fetch(`${http.url}/live/demo.flv?${query}`);
    assertEquals(response.status, 400, query);
    assertMatch((await response.json()).error, /more than once/);
  }
});

/** Requests that try to be two, to be another one, or to say something in our name. */
const CROOKED: [what: string, request: string, answer: RegExp][] = [
  [
    "a header in its URL",
    "GET /live/x%0d%0aSet-Cookie:a=b.flv?wait=0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    /^HTTP\/1\.1 404 /,
  ],
  [
    "a bare line feed in its URL",
    "GET /live/x\nSet-Cookie: a=b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    /^HTTP\/1\.1 40[04] /,
  ],
  [
    "two lengths",
    "POST /api/v1/pushes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
    /^HTTP\/1\.1 400 /,
  ],
  [
    "a length and chunks",
    "POST /api/v1/pushes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    /^HTTP\/1\.1 400 /,
  ],
  [
    "a header that is folded",
    "GET /api/v1/streams HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\nX : c\r\n\r\n",
    /^HTTP\/1\.1 400 /,
  ],
  [
    "a way out of the API",
    "GET /api/v1/streams/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    /^HTTP\/1\.1 404 /,
  ],
  [
    "a way into the API",
    "DELETE /live/../api/v1/streams/live/demo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n",
    /^HTTP\/1\.1 403 /,
  ],
  [
    "a stream in the API's place",
    "GET /api/v1/streams.flv?wait=0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    /^HTTP\/1\.1 404 /,
  ],
  ["TRACE", "TRACE /api/v1/streams HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1\.1 [45]\d\d /],
  ["no host", "GET /api/v1/streams HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
];

for (const [what, request, answer] of CROOKED) {
  Deno.test(`a request with ${what} does no harm`, async () => {
    await using http = await startHttpApp();
    using publisher = await RawClient.publish(http.port, "demo");
    using client = await RawHttpClient.connect(http.httpPort);
    client.write(request);
    await client.text(answer);
    assert(!/^set-cookie/im.test(client.received), client.received);
    // The next one is answered as ever, and the publisher has noticed nothing.
    const { streams } = await (await fetch(`${http.url}/api/v1/streams`)).json();
    assertEquals(streams.map(({ path }: { path: string }) => path), ["live/demo"]);
    assertEquals(publisher.ended, false);
  });
}
