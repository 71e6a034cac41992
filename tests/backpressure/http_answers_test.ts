/**
 * HTTP → a client that does not read its answers: it is not read either.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveHttp } from "../../src/server/http/http_server.ts";
import { HttpSockets } from "../../src/server/http/http_sockets.ts";
import { RawHttpClient, startHttpApp } from "../support/http.ts";
import { videoTag } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { turns } from "../support/streams.ts";
import { stopped, until } from "../support/wait.ts";
import { UPGRADE, webSocketFrame } from "../support/websocket.ts";

/** Bytes of a piece of an answer, and how many it has. */
const PIECE = 64 * 1024;
const PIECES = 512;

/** Bytes that a system keeps of a connection at most, on both its ends, with some to spare. */
const KEPT_BY_THE_SYSTEM = 16 * 1024 * 1024;

Deno.test("a client that does not read its answer is given no more, and then gets all", async () => {
  let given = 0;
  const piece = new Uint8Array(PIECE).fill(".".charCodeAt(0));
  const answer = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (given === PIECES) return controller.close();
        given++;
        controller.enqueue(piece);
      },
    });
  const server = serveHttp(
    { fetch: () => new Response(answer()), upgrade: () => {} },
    new HttpSockets(),
    { hostname: "127.0.0.1", port: 0 },
  );
  {
    using client = await RawHttpClient.connect(server.port);
    client.stopReading();
    client.request("GET /");
    await stopped("the server to give no more", () => given);
    assert(given * PIECE < KEPT_BY_THE_SYSTEM, `${given} pieces`);

    client.goOnReading();
    await until("the end of the answer", () => client.received.endsWith("0\r\n\r\n"));
    assertEquals(given, PIECES);
    assertEquals(client.received.split(".").length - 1, PIECE * PIECES + 1);
  }
  await server.shutdown();
  await turns();
});

Deno.test("a viewer that pings and does not read the answers is cut off", async () => {
  await using http = await startHttpApp();
  using publisher = await RawClient.publish(http.port, "demo");
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request(
    "GET /live/demo.flv",
    ...UPGRADE,
  );
  const consumer = await http.consumer("ws-flv");
  publisher.sendTags([videoTag(0)]);
  await viewer.text(/^HTTP\/1\.1 101/);
  viewer.stopReading();
  const pings = concat(Array(1000).fill(webSocketFrame(0x89, 125)));
  const { ledger } = http.app.rtmp.publications[0]!;
  await until("the viewer to be cut off", () => {
    viewer.write(pings);
    return ledger.consumers.length === 0;
  });
  assertEquals(consumer.balance(), 0);
  assertMatch(viewer.received, /^HTTP\/1\.1 101/);
  publisher.command("FCUnpublish", 4, null, "demo");
  await http.idle();
});
