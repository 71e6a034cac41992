/**
 * Who may change something over HTTP.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { captureLog } from "../../support/log.ts";
import { RawClient } from "../../support/raw_client.ts";
import { startTestApp } from "../../support/server.ts";

const PUSH = JSON.stringify({ stream: "live/demo", url: "rtmp://127.0.0.1:1/live/copy" });

/** An app on loopback, and requests to its API. */
async function api(...flags: string[]) {
  const app = await startTestApp(...flags);
  return {
    app,
    async call(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
      const url = `http://127.0.0.1:${app.http!.port}/api/v1/${path}`;
      const type = { "content-type": "application/json" };
      const response = await fetch(url, {
        method,
        headers: { ...type, ...headers },
        ...body && { body },
      });
      return { status: response.status, text: await response.text(), headers: response.headers };
    },
    [Symbol.asyncDispose]: () => app.shutdown(),
  };
}

Deno.test("the API takes changes with the right token alone", async () => {
  await using server = await api("--api-token", "open sesame");
  for (
    const authorization of ["", "Bearer", "Bearer open", "Basic open sesame", "Bearer Open sesame"]
  ) {
    const { status, headers } = await server.call("POST", "pushes", { authorization }, PUSH);
    assertEquals(status, 401, authorization);
    assertEquals(headers.get("www-authenticate"), "Bearer");
  }
  await using other = await api("--api-token", "sesame");
  const right = { authorization: "Bearer sesame" };
  assertEquals((await other.call("POST", "pushes", right, PUSH)).status, 201);
  const { text } = await other.call("GET", "pushes");
  const [{ id }] = JSON.parse(text).pushes;
  assertEquals((await other.call("DELETE", `pushes/${id}`)).status, 401);
  assertEquals((await other.call("DELETE", `pushes/${id}`, right)).status, 204);
  assertEquals((await other.call("DELETE", `pushes/${id}`, right)).status, 404);
});

Deno.test("the API on loopback needs no token, but takes nothing from pages of other sites", async () => {
  await using server = await api();
  const { port } = server.app.http!;
  const evil = await server.call("POST", "pushes", { origin: "https://evil.example" }, PUSH);
  assertEquals(evil.status, 403);
  const own = await server.call("POST", "pushes", { origin: `http://127.0.0.1:${port}` }, PUSH);
  assertEquals(own.status, 201);
  assertEquals((await server.call("POST", "pushes", {}, PUSH)).status, 201);
});

Deno.test("a server beyond loopback makes a token", async () => {
  await using server = await api("--http-host", "0.0.0.0");
  assertMatch(server.app.apiToken ?? "", /^[\w-]{36}$/);
  assertEquals((await server.call("POST", "pushes", {}, PUSH)).status, 401);
});

Deno.test("POST pushes answers what is wrong with its body", async () => {
  await using server = await api();
  for (const body of ["", "{", "null", "[]", '{"stream":1,"url":2}', '{"stream":"live/demo"}']) {
    const { status, text } = await server.call("POST", "pushes", {}, body);
    assertEquals(status, 400, body);
    assert(JSON.parse(text).error.includes("Bad request: the body must be like"));
  }
  const wrongUrl = JSON.stringify({ stream: "live/demo", url: "http://127.0.0.1/" });
  assertEquals((await server.call("POST", "pushes", {}, wrongUrl)).status, 400);
  assertEquals((await server.call("POST", "pushes", {}, "x".repeat(20_000))).status, 413);
});

Deno.test("DELETE streams ends a publication, and tells its publisher and the log", async () => {
  await using log = await captureLog();
  await using server = await api();
  using client = await RawClient.publish(server.app.rtmp.addr.port, "demo");
  assertEquals((await server.call("DELETE", "streams/live/other")).status, 404);
  assertEquals((await server.call("DELETE", "streams/live/demo")).status, 204);
  const { level, description } = await client.status("NetStream.Failed");
  assertEquals([level, description], ["error", "An operator has ended this publication"]);
  await client.closed();
  const own = log.lines("info").filter((line) =>
    /^live\/demo is ended by 127\.0\.0\.1:\d+$/.test(line)
  );
  assertEquals(own.length, 1, log.lines("info").join("\n"));
});

Deno.test("the API on loopback takes nothing by a name that only happens to lead here", async () => {
  await using server = await api();
  const { port } = server.app.http!;
  const host = `evil.example:${port}`;
  const head = [
    "POST /api/v1/pushes HTTP/1.1",
    `host: ${host}`,
    `origin: http://${host}`,
    `content-length: ${PUSH.length}`,
    "connection: close",
  ];
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n${PUSH}`));
  const answer = new Uint8Array(64);
  const length = await conn.read(answer);
  assertMatch(new TextDecoder().decode(answer.subarray(0, length!)), /^HTTP\/1\.1 403 /);
});
