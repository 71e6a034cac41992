import { assertEquals, assertMatch } from "@std/assert";
import { isKeyframe } from "../../../src/flv/tag_kind.ts";
import { type HttpApp, RawHttpClient, startHttpApp } from "../../support/http.ts";
import { fixtureTags, videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import { UPGRADE, watchWebSocket } from "../../support/websocket.ts";

const watch = ({ url }: HttpApp, path?: string) => watchWebSocket(url, path);

Deno.test("a WebSocket on /<path>.flv brings header and tags as binary messages", async () => {
  await using http = await startHttpApp();
  const sent = await fixtureTags();
  const { reader, closed } = watch(http);
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(sent);
  client.command("FCUnpublish", 4, null, "demo");
  const { code, wasClean } = await closed;
  await reader.done;
  assertEquals([code, wasClean], [1000, true]);
  assertEquals([reader.tags, reader.announced], [sent, "audio+video"]);
  await http.idle();
});

Deno.test("a WebSocket that comes late begins at a keyframe, and may leave what it does not want", async () => {
  await using http = await startHttpApp();
  const sent = await fixtureTags();
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(sent.slice(0, 100));
  const { ledger } = await until("a publication", () => http.app.rtmp.publications[0]);
  await until("most of it", () => ledger.tags.audioFrames + ledger.tags.videoFrames > 90);
  const { reader, closed } = watch(http, "/live/demo.flv?audio=0");
  await http.consumer("ws-flv");
  client.sendTags(sent.slice(100));
  client.command("FCUnpublish", 4, null, "demo");
  await closed;
  await reader.done;
  assertEquals(reader.announced, "video");
  assertEquals(reader.tags.slice(0, 2).map(({ type }) => type), ["script", "video"]);
  assertEquals(isKeyframe(reader.tags[2]!), true);
  assertEquals(reader.tags.at(-1), sent.findLast(({ type }) => type === "video"));
});

Deno.test("a WebSocket that the viewer closes leaves the ledger", async () => {
  await using http = await startHttpApp();
  const { socket, reader, closed } = watch(http);
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags([videoTag(0)]);
  await http.consumer("ws-flv");
  await until("a frame", () => reader.tags.length > 0);
  socket.send("what a viewer says means nothing");
  socket.close();
  await closed;
  const { ledger } = http.app.rtmp.publications[0]!;
  await until("the viewer to be gone", () => ledger.consumers.length === 0);
  client.command("FCUnpublish", 4, null, "demo");
  await http.idle();
});

Deno.test("a WebSocket that waits for a publisher and goes is forgotten", async () => {
  await using http = await startHttpApp();
  {
    using client = await RawHttpClient.connect(http.httpPort);
    client.request("GET /live/demo.flv", ...UPGRADE);
    await (await fetch(http.url)).text();
  }
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags([videoTag(0)]);
  const { ledger } = await until("a publication", () => http.app.rtmp.publications[0]);
  await until(
    "no viewers",
    () => ledger.tags.videoFrames === 1 && ledger.consumers.length < 1,
  );
});

Deno.test("a WebSocket is refused as the request would be", async () => {
  await using http = await startHttpApp();
  const refused: [target: string, status: RegExp][] = [
    [
      "/live/demo.flv?wait=0",
      /^HTTP\/1\.1 404 Not Found.*\{"error":"Not found: this stream is not published/s,
    ],
    ["/live/demo.flv?mode=lossless", /^HTTP\/1\.1 403 Forbidden.*--allow-lossless-viewers/s],
    ["/live/../demo.flv", /^HTTP\/1\.1 400 Bad Request.*\.\./s],
    ["/api/v1/streams", /^HTTP\/1\.1 404 Not Found/],
  ];
  for (const [target, status] of refused) {
    using client = await RawHttpClient.connect(http.httpPort);
    client.request(`GET ${target}`, ...UPGRADE);
    await until("the end", () => client.closed);
    assertMatch(client.received, status);
  }
});

Deno.test("a request that asks for a WebSocket in a wrong way costs nothing", async () => {
  await using http = await startHttpApp();
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags([videoTag(0)]);
  const { ledger } = await until("a publication", () => http.app.rtmp.publications[0]);
  await until("a frame", () => ledger.tags.videoFrames === 1);
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request("GET /live/demo.flv", ...UPGRADE.filter((header) => !/-Key/.test(header)));
  await viewer.text(/^HTTP\/1\.1 400/);
  await until("no viewers", () => ledger.consumers.length === 0);
});
