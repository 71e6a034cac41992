/**
 * Many HTTP publishers → demuxers: what all of them leave unfinished has a bound, too.
 *
 * @module
 */

import type { HttpBindings } from "@hono/node-server";
import { assertEquals, assertMatch } from "@std/assert";
import { Hono } from "hono";
import { httpPublish } from "../../src/server/media/http_publish.ts";
import { serveHttp } from "../../src/server/http/http_server.ts";
import { HttpSockets } from "../../src/server/http/http_sockets.ts";
import { PartialBudget } from "../../src/session/partial_budget.ts";
import { flvBytes, RawHttpClient } from "../support/http.ts";
import { captureLog } from "../support/log.ts";
import { LARGE, largeTag, videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { turns } from "../support/streams.ts";
import { until } from "../support/wait.ts";

Deno.test("of bodies that leave too much unfinished together, the one with the most goes", async () => {
  await using app = collect();
  let cut = 0;
  await using log = await captureLog();
  const budget = new PartialBudget(1.5 * LARGE.length);
  const routes = new Hono<{ Bindings: HttpBindings }>().put(
    "*",
    httpPublish({
      publish: app.server.publish.bind(app.server),
      peers: { add: () => () => {} },
      isOpen: false,
      isLocal: false,
      stopping: new AbortController().signal,
      noteUnfinished: () => cut++,
    }, budget),
  ).onError(({ message }, context) => context.text(message, 400, { connection: "close" }));
  const handlers = { fetch: routes.fetch, upgrade: () => {} };
  const server = serveHttp(handlers, new HttpSockets(), { hostname: "127.0.0.1", port: 0 });

  /** Begins a file with a small tag and so much of a large one. */
  const file = flvBytes([videoTag(0), largeTag(1)]);
  const begin = async (name: string, bytes: number) => {
    const client = await RawHttpClient.connect(server.port);
    client.request(`PUT /live/${name}.flv`, `Content-Length: ${file.length}`);
    client.write(file.subarray(0, bytes));
    return client;
  };
  using first = await begin("first", 0.9 * LARGE.length);
  await until("most of a tag", () => budget.bytes > 0.8 * LARGE.length);
  using second = await begin("second", 0.8 * LARGE.length);
  await first.text(/^HTTP\/1\.1 400[^]*Cannot keep so many bytes of unfinished tags/);
  assertMatch(log.lines("warning").join("\n"), /cut off: .*, live\/first$/);
  assertMatch(log.lines("info").join("\n"), /begins to send live\/first over HTTP/);
  second.write(file.subarray(0.8 * LARGE.length));
  await second.text(/^HTTP\/1\.1 201/);
  assertEquals([budget.bytes, app.server.ledger.balance(), cut], [0, 0, 1]);
  await server.shutdown();
  await turns();
});
