/**
 * The bodies that the API reads, by clients that send too much, too little, or too slowly.
 *
 * @module
 */

import type { HttpBindings } from "@hono/node-server";
import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import type { HTTPException } from "hono/http-exception";
import { readJson } from "../../../src/server/api/json_body.ts";
import { serveHttp } from "../../../src/server/http/http_server.ts";
import { HttpSockets } from "../../../src/server/http/http_sockets.ts";
import { RawHttpClient } from "../../support/http.ts";
import { turns } from "../../support/streams.ts";
import { until } from "../../support/wait.ts";

const LIMIT = 16 * 1024;

const CHUNKED = "Transfer-Encoding: chunked";

/** A server that reads every body as JSON, and tells what came of it. */
async function readingServer(timeout?: number) {
  const outcomes: unknown[] = [];
  const { fetch } = new Hono<{ Bindings: HttpBindings }>()
    .post("*", async (context) => {
      const body = await readJson(context, timeout);
      outcomes.push(body);
      return context.body(null, 204);
    })
    .onError((error, context) => {
      const { status, message } = error as HTTPException;
      outcomes.push(`${status} ${message}`);
      return context.text(message, status);
    });
  const http = serveHttp({ fetch, upgrade: () => {} }, new HttpSockets(), {
    hostname: "127.0.0.1",
    port: 0,
  });
  const client = await RawHttpClient.connect(http.port);
  return {
    client,
    /** Waits until a body has been read, or could not be. */
    outcome: () => until("an outcome", () => outcomes.length > 0 && { value: outcomes[0] }),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await http.shutdown();
      await turns();
    },
  };
}

/** A chunk of a body whose length is not announced. */
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** A JSON text of this many bytes. */
const textOf = (length: number) => `"${"x".repeat(length - 2)}"`;

Deno.test("readJson() reads a body that is as large as it may be, in whatever pieces", async () => {
  await using server = await readingServer();
  server.client.request("POST /", CHUNKED);
  const text = textOf(LIMIT);
  for (let at = 0; at < LIMIT; at += 5_000) server.client.write(chunk(text.slice(at, at + 5_000)));
  server.client.write("0\r\n\r\n");
  assertEquals((await server.outcome()).value, "x".repeat(LIMIT - 2));
});

Deno.test("readJson() refuses a body of one byte more, before its end", async () => {
  await using server = await readingServer();
  server.client.request("POST /", CHUNKED);
  const text = textOf(LIMIT + 1);
  server.client.write(chunk(text.slice(0, LIMIT)));
  server.client.write(chunk(text.slice(LIMIT)));
  assertEquals((await server.outcome()).value, "413 Content too large: limit 16384 bytes");
  await server.client.text(/^HTTP\/1\.1 413 /);
  await until("the end of the connection", () => server.client.closed);
});

Deno.test("readJson() refuses a body that announces one byte more, before it has come", async () => {
  await using server = await readingServer();
  server.client.request("POST /", `Content-Length: ${LIMIT + 1}`);
  assertEquals((await server.outcome()).value, "413 Content too large: limit 16384 bytes");
});

Deno.test("readJson() puts characters together that were cut", async () => {
  await using server = await readingServer();
  server.client.request("POST /", CHUNKED);
  const bytes = new TextEncoder().encode('"ä€😀"');
  for (const byte of bytes) server.client.write(Uint8Array.of(0x31, 13, 10, byte, 13, 10));
  server.client.write("0\r\n\r\n");
  assertEquals((await server.outcome()).value, "ä€😀");
  // The connection is good for another request.
  await server.client.text(/^HTTP\/1\.1 204 /);
  server.client.request("POST /", "Content-Length: 2");
  server.client.write("[]");
  await server.client.text(/ 204 [^]* 204 /);
});

Deno.test("readJson() finds no JSON in a body that is none", async () => {
  await using server = await readingServer();
  server.client.request("POST /", "Content-Length: 1");
  server.client.write("{");
  assertEquals((await server.outcome()).value, undefined);
});

Deno.test("readJson() fails when a client goes before the end of its body", async () => {
  await using server = await readingServer();
  server.client.request("POST /", "Content-Length: 10", "Expect: 100-continue");
  await server.client.text(/100 Continue/);
  server.client.write("{");
  server.client[Symbol.dispose]();
  assertEquals((await server.outcome()).value, "400 Bad request: the body ended early");
});

for (const [what, pause] of [["stops", undefined], ["comes byte by byte", 20]] as const) {
  Deno.test(`readJson() gives up on a body that ${what} and never ends`, async () => {
    await using server = await readingServer(300);
    server.client.request("POST /", "Content-Length: 10000");
    server.client.write("[");
    const dripping = setInterval(() => pause && server.client.write(" "), pause ?? 1_000);
    const { value } = await server.outcome();
    clearInterval(dripping);
    assertEquals(value, "408 Request timeout: the body was not complete after 0.3 s");
    await server.client.text(/^HTTP\/1\.1 408 /);
    await until("the end of the connection", () => server.client.closed);
  });
}
