import { assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { MessageType } from "../../../src/message/message.ts";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import { UPGRADE } from "../../support/websocket.ts";

Deno.test("/healthz and /readyz answer 200 while the server accepts connections", async () => {
  await using http = await startHttpApp();
  for (const [path, status] of [["healthz", "ok"], ["readyz", "ready"]]) {
    const response = await fetch(`${http.url}/${path}`);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(await response.json(), { status });
    assertEquals((await fetch(`${http.url}/${path}`, { method: "HEAD" })).status, 200);
  }
});

Deno.test("/readyz says 503 and why when RTMP does not listen", async () => {
  await using http = await startHttpApp();
  await http.app.rtmp.shutdown();
  const response = await fetch(`${http.url}/readyz`);
  assertEquals(response.status, 503);
  assertEquals(await response.json(), { status: "not-ready", reason: "RTMP is not listening" });
  const health = await fetch(`${http.url}/healthz`);
  assertEquals([health.status, await health.json()], [200, { status: "ok" }]);
});

Deno.test("/readyz says 503 while the server ends, and nothing begins any more", async () => {
  await using http = await startHttpApp();
  // It understands a request to reconnect, and takes its time.
  using client = await RawClient.connect(http.port);
  await client.handshake();
  const object = { app: "live", tcUrl: `rtmp://127.0.0.1:${http.port}/live`, capsEx: 1 };
  client.send({
    ...{ chunkStreamId: 3, messageStreamId: 0, typeId: MessageType.CommandAmf0, timestamp: 0 },
    payload: encodeAmf0("connect", 1, object),
  });
  client.askToPublish("demo");
  await client.status("NetStream.Publish.Start");

  const ended = http.app.shutdown();
  await client.status("NetConnection.Connect.ReconnectRequest");
  const response = await fetch(`${http.url}/readyz`);
  assertEquals(response.status, 503);
  assertEquals(await response.json(), {
    status: "not-ready",
    reason: "The server is shutting down",
  });
  for (const init of [{}, { method: "PUT", body: "FLV" }]) {
    const refused = await fetch(`${http.url}/live/other.flv`, init);
    assertEquals(refused.status, 503);
    assertEquals(await refused.json(), {
      error: "Service unavailable: the server is shutting down",
    });
  }
  using socket = await RawHttpClient.connect(http.httpPort);
  socket.request(
    "GET /live/demo.flv",
    ...UPGRADE,
  );
  await socket.text(/^HTTP\/1\.1 503 /);
  const refused = await RawClient.connect(http.port).catch(() => undefined);
  await until("no new connection over RTMP", () => refused === undefined || refused.ended);
  refused?.[Symbol.dispose]();
  assertEquals(client.ended, false);

  client[Symbol.dispose]();
  await ended;
});
