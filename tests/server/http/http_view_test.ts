import { assert, assertEquals, assertMatch } from "@std/assert";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { LOSSLESS_QUEUE_BYTES } from "../../../src/channel/tag_outlet.ts";
import { FlvReader, RawHttpClient, startHttpApp } from "../../support/http.ts";
import { fixtureTags, mediaMessage, videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { stopped, until } from "../../support/wait.ts";

const STREAM = "/live/demo.flv";

async function watch(url: string): Promise<FlvReader> {
  const response = await fetch(url);
  assertEquals(response.status, 200, url);
  return new FlvReader(response.body!);
}

Deno.test("GET /<path>.flv is HTTP-FLV that pages of other sites may read", async () => {
  await using http = await startHttpApp();
  const sent = await fixtureTags();
  const watching = fetch(`${http.url}${STREAM}`, { headers: { origin: "http://elsewhere" } });
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(sent);
  const response = await watching;
  const headers = Object.fromEntries(response.headers);
  assertEquals(headers["content-type"], "video/x-flv");
  assertEquals(headers["cache-control"], "no-store");
  assertEquals(headers["access-control-allow-origin"], "*");
  client.command("FCUnpublish", 4, null, "demo");
  const reader = new FlvReader(response.body!);
  await reader.done;
  assertEquals([reader.tags, reader.announced], [sent, "audio+video"]);
  await http.idle();
});

for (
  const [query, type, announced] of [
    ["?audio=0", "video", "video"],
    ["?video=0", "audio", "audio"],
  ] as const
) {
  Deno.test(`GET /<path>.flv${query} has only ${type}, for viewers who come late, too`, async () => {
    await using http = await startHttpApp();
    const sent = await fixtureTags();
    using client = await RawClient.publish(http.port, "demo");
    client.sendTags(sent.slice(0, 60));
    await until("half of it", () => http.app.rtmp.publications[0]!.ledger.tags.audioFrames > 20);
    const reader = await watch(`${http.url}${STREAM}${query}`);
    client.sendTags(sent.slice(60));
    client.command("FCUnpublish", 4, null, "demo");
    await reader.done;
    assertEquals(reader.announced, announced);
    const types = new Set(reader.tags.map((tag) => tag.type));
    assertEquals(types, new Set(["script", type]));
    const after = sent.slice(60).filter((tag) => tag.type === type);
    assertEquals(reader.tags.slice(-after.length), after);
    await http.idle();
  });
}

const AUDIO: FlvTag = { type: "audio", timestamp: 5, data: Uint8Array.of(0x2f, 1, 2, 3) };
/** Enhanced RTMP: a keyframe of HEVC, and a frame of Opus. */
const ENHANCED: FlvTag[] = [
  {
    type: "video",
    timestamp: 0,
    data: Uint8Array.of(0x91, 0x68, 0x76, 0x63, 0x31, 0, 0, 0, 1, 2, 3),
  },
  { type: "audio", timestamp: 3, data: Uint8Array.of(0x91, 0x4f, 0x70, 0x75, 0x73, 9, 8, 7) },
];

for (
  const [what, tags, announced] of [
    ["video alone", [videoTag(0), videoTag(1)], "video"],
    ["audio alone", [AUDIO], "audio"],
    ["audio behind video", [videoTag(0), videoTag(1), AUDIO], "audio+video"],
    ["Enhanced RTMP", ENHANCED, "audio+video"],
  ] as const
) {
  Deno.test(`the FLV header announces what has come: ${what}`, async () => {
    await using http = await startHttpApp();
    const watching = watch(`${http.url}${STREAM}`);
    using client = await RawClient.publish(http.port, "demo");
    client.sendTags(tags);
    const reader = await watching;
    // While the stream goes on: the header has waited for a second at most.
    await until("all tags", () => reader.tags.length === tags.length);
    assertEquals([reader.announced, reader.tags], [announced, [...tags]]);
    client.command("FCUnpublish", 4, null, "demo");
    await reader.done;
    await http.idle();
  });
}

Deno.test("the FLV header waits for no more than a mebibyte of one kind", async () => {
  await using http = await startHttpApp();
  const watching = watch(`${http.url}${STREAM}`);
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(Array.from({ length: 80 }, (_, i) => videoTag(i, 20_000)));
  client.sendTags([AUDIO]);
  const reader = await watching;
  await until("all tags", () => reader.tags.length === 81);
  assertEquals(reader.announced, "video");
});

Deno.test("HEAD answers at once, live or not, and counts no viewer", async () => {
  await using http = await startHttpApp();
  const head = () => fetch(`${http.url}${STREAM}`, { method: "HEAD" });
  assertEquals((await head()).status, 404);
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags([videoTag(0)]);
  const response = await until("a live stream", async () => {
    const response = await head();
    return response.status === 200 && response;
  });
  assertEquals(response.headers.get("content-type"), "video/x-flv");
  assertEquals(http.app.rtmp.publications[0]!.ledger.consumers, []);
});

Deno.test("OPTIONS allows pages of other sites to watch, not to publish", async () => {
  await using http = await startHttpApp();
  const response = await fetch(`${http.url}${STREAM}`, {
    method: "OPTIONS",
    headers: { "access-control-request-method": "GET", "access-control-request-headers": "range" },
  });
  assertEquals(response.status, 204);
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  assertEquals(response.headers.get("access-control-allow-methods"), "GET, HEAD");
  assertEquals(response.headers.get("access-control-allow-headers"), "*");
});

const REFUSED: [target: string, status: number, error: RegExp][] = [
  ["/live/demo.flv?wait=0", 404, /Not found: this stream is not published/],
  ["/live/demo.flv?wait=soon", 400, /wait must be a number.*3600/],
  ["/live/demo.flv?mode=lossless", 403, /--allow-lossless-viewers/],
  ["/live/demo.flv?mode=fast", 400, /mode must be live or lossless/],
  ["/live/demo.flv?audio=0&video=0", 400, /must not both be 0/],
  ["/.flv", 400, /<app>\/<name>\.flv\. The stream has no name/],
  ["//.flv", 400, /no name/],
  ["/demo.flv?wait=0", 404, /Not found: this stream is not published/],
  ["//live//demo.flv?wait=0", 404, /Not found: this stream is not published/],
  ["/live/../demo.flv", 400, /\.\./],
  ["/live/%2e%2e/demo.flv", 400, /\.\./],
  ["/live/%zz.flv", 400, /percent sign/],
  ["/live/demo%.flv", 400, /percent sign/],
  ["/live/%ff.flv?wait=0", 404, /Not found: this stream is not published/],
  ["/live/%00%0d%0aX.flv?wait=0", 404, /Not found: this stream is not published/],
  ["/live/..%2f..%2fetc%2fpasswd.flv", 400, /\.\./],
  [`/live/${"x".repeat(5000)}.flv`, 400, /Path too long: 5005 bytes, limit 4096/],
  ["/api/demo.flv", 404, /^Not found$/],
  ["//api/demo.flv", 404, /^Not found$/],
  ["/%61pi/demo.flv", 404, /^Not found$/],
  ["/./api/demo.flv", 404, /^Not found$/],
  ["/api.flv", 404, /^Not found$/],
  ["/live/demo", 404, /^Not found$/],
];

Deno.test("requests that name no stream, or ask for nonsense, are refused as JSON", async () => {
  await using http = await startHttpApp();
  for (const [target, status, error] of REFUSED) {
    using client = await RawHttpClient.connect(http.httpPort);
    client.request(`GET ${target}`);
    const text = await client.text(/^HTTP\/1\.1 (\d+)[^]*\r\n\r\n\{.*\}$/);
    assertEquals(Number(text.slice(9, 12)), status, target);
    assertMatch(JSON.parse(text.slice(text.indexOf("{"))).error, error, target);
  }
  const response = await fetch(`${http.url}${STREAM}`, { method: "DELETE" });
  const allowed = "GET, HEAD, OPTIONS, POST, PUT";
  assertEquals([response.status, response.headers.get("allow")], [405, allowed]);
  assertMatch((await response.json()).error, /DELETE/);
});

Deno.test("a request with a broken Host is refused, and the server goes on", async () => {
  await using http = await startHttpApp();
  using client = await RawHttpClient.connect(http.httpPort);
  client.write("GET /live/demo.flv HTTP/1.1\r\nHost: a b\\c\r\n\r\n");
  await client.text(/^HTTP\/1\.1 400/);
  await (await fetch(http.url)).text();
});

Deno.test("?mode=lossless holds the publisher back where it is allowed", async () => {
  await using http = await startHttpApp("--allow-lossless-viewers");
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request(`GET ${STREAM}?mode=lossless`);
  using client = await RawClient.publish(http.port, "demo");
  const message = mediaMessage(videoTag(0, 100_000));
  const ledger = await until("a viewer", () => {
    client.send(message);
    return http.consumer("http-flv");
  });
  assertEquals(ledger.mode, "lossless");
  viewer.stopReading();
  // Far more than sockets hold, and live viewers may have waiting.
  for (let i = 0; i < 400; i++) client.send(message);
  const publication = http.app.rtmp.publications[0]!;
  const { received } = publication.ledger;
  const held = await stopped(
    "the publisher to be held back",
    () => received.videoFrames > 10 ? received.videoFrames : 0,
  );
  assert(held < 400, `${held} frames were received`);
  assert(ledger.inFlight.videoFrames * 100_000 < LOSSLESS_QUEUE_BYTES + 200_000);
  viewer.goOnReading();
  await until("all frames", () => ledger.delivered.videoFrames >= 400);
  assertEquals(ledger.dropped, {});
});
