/**
 * Clients that close their side of the connection, at the end of a body and elsewhere.
 *
 * @module
 */

import type { HttpBindings } from "@hono/node-server";
import { assertEquals, assertMatch } from "@std/assert";
import { Hono } from "hono";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { httpPublish } from "../../../src/server/media/http_publish.ts";
import { serveHttp } from "../../../src/server/http/http_server.ts";
import { HttpSockets } from "../../../src/server/http/http_sockets.ts";
import type { PublicationEnd } from "../../../src/publication/publication.ts";
import { PartialBudget } from "../../../src/session/partial_budget.ts";
import { flvBytes, RawHttpClient, startHttpApp } from "../../support/http.ts";
import { videoTag } from "../../support/media.ts";
import { serveOnLoopback } from "../../support/publications.ts";
import { turns } from "../../support/streams.ts";
import { stopped, until } from "../../support/wait.ts";

const FRAMES = Array.from({ length: 10 }, (_, i) => videoTag(i, 4_000));
const FILE = flvBytes(FRAMES);
const CHUNK = `${FILE.length.toString(16)}\r\n`;

/** Publishers over HTTP, whose tags are read when the test says so. */
async function heldBack() {
  const gate = Promise.withResolvers<void>();
  const tags: FlvTag[] = [];
  const closed = Promise.withResolvers<PublicationEnd>();
  const rtmp = serveOnLoopback({}, async (publication) => {
    publication.closed.then(closed.resolve);
    await gate.promise;
    for await (const tag of publication.tags) tags.push(tag);
  });
  const context = {
    publish: rtmp.publish.bind(rtmp),
    peers: { add: () => () => {} },
    isOpen: false,
    isLocal: true,
    stopping: new AbortController().signal,
    noteUnfinished: () => {},
  };
  const { fetch } = new Hono<{ Bindings: HttpBindings }>()
    .put("*", httpPublish(context, new PartialBudget(1e9)))
    .onError(({ message }, context) => context.text(message, 400));
  const handlers = { fetch, upgrade: () => {} };
  const http = serveHttp(handlers, new HttpSockets(), { hostname: "127.0.0.1", port: 0 });
  return {
    client: await RawHttpClient.connect(http.port),
    tags,
    closed: closed.promise,
    /** Waits until the server has received this much. */
    received: (bytes: number) =>
      until("the bytes", () => http.sockets.open.some(({ bytesRead }) => bytesRead >= bytes)),
    /** Waits until it receives no more. */
    standstill: () =>
      stopped("the server to receive no more", () => http.sockets.open[0]?.bytesRead ?? 0),
    open: gate.resolve,
    async [Symbol.asyncDispose]() {
      await http.shutdown();
      await rtmp.shutdown();
      await turns();
    },
  };
}

const FORMS: [how: string, header: string, before: string, after: string][] = [
  ["in chunks", "Transfer-Encoding: chunked", CHUNK, "\r\n0\r\n\r\n"],
  ["of a known length", `Content-Length: ${FILE.length}`, "", ""],
];

for (const [how, header, before, after] of FORMS) {
  Deno.test(`a body ${how} is read to its end, though its client has closed right after it`, async () => {
    await using server = await heldBack();
    using client = server.client;
    client.request("PUT /live/demo.flv", header);
    client.write(before);
    client.write(FILE);
    client.write(after);
    client.end();
    await server.received(FILE.length);
    await server.standstill();
    server.open();
    assertEquals((await server.closed).reason, "unpublished");
    assertEquals(server.tags, FRAMES);
    await client.text(/^HTTP\/1\.1 201/);
  });

  Deno.test(`a body ${how} that is cut ends its publication with what had come`, async () => {
    await using server = await heldBack();
    using client = server.client;
    server.open();
    client.request("PUT /live/demo.flv", header);
    client.write(before);
    client.write(FILE.subarray(0, 13 + 5 * 4_015));
    await until("five frames", () => server.tags.length === 5);
    client.end();
    assertEquals((await server.closed).reason, "disconnected");
    assertEquals(server.tags, FRAMES.slice(0, 5));
  });
}

Deno.test("a viewer that closes its side has left, though it was given nothing yet", async () => {
  await using http = await startHttpApp();
  const { sockets } = http.app.http!;
  using client = await RawHttpClient.connect(http.httpPort);
  client.request("GET /live/demo.flv?wait=3600");
  await until("the request", () => sockets.open.some(({ requests }) => requests > 0));
  client.end();
  await until("its end", () => sockets.open.length === 0);
  assertMatch(client.received, /^(HTTP\/1\.1 |$)/);
});
