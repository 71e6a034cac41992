import { assert, assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import { isKeyframe, mediaKind } from "../../../src/flv/tag_kind.ts";
import type { MediaCounts } from "../../../src/ledger/counts.ts";
import { fixtureTags, tagsOf, videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { startTestApp } from "../../support/server.ts";
import { until } from "../../support/wait.ts";

/** A server that records, and what its API says. */
async function startApi() {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const app = await startTestApp("--record", directory);
  const url = `http://127.0.0.1:${app.http!.port}`;
  return {
    app,
    url,
    port: app.rtmp.addr.port,
    get: async (path: string) => {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      await app.shutdown();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

Deno.test("GET /api/v1/streams/<path> describes a live publication and its ledger", async () => {
  await using api = await startApi();
  const watching = fetch(`${api.url}/live/demo.flv`).then((response) => response.bytes());
  const sent = await fixtureTags();
  using client = await RawClient.publish(api.port, "demo");
  client.sendTags(sent);
  const { body } = await until("all frames in the books", async () => {
    const answer = await api.get("/api/v1/streams/live/demo");
    const consumers: { delivered: MediaCounts }[] = answer.body.ledger?.consumers ?? [];
    return consumers.length === 2 &&
      consumers.every(({ delivered }) => delivered.audioFrames === 88) && answer;
  });

  const frames = { videoFrames: 60, audioFrames: 88 };
  assertObjectMatch(body, {
    path: "live/demo",
    app: "live",
    name: "demo",
    video: { codec: "avc1", profile: "High", width: 320, height: 180, frameRate: 30 },
    audio: { codec: "mp4a", sampleRate: 44100, channels: 2 },
    ledger: {
      received: { ...frames, scriptTags: 1 },
      tags: { ...frames, scriptTags: 1 },
      balance: 0,
    },
  });
  const consumers = body.ledger.consumers.toSorted(byKind);
  assertEquals(consumers.length, 2);
  assertObjectMatch(consumers[0], { kind: "http-flv", mode: "live", dropped: {} });
  assertObjectMatch(consumers[1], {
    kind: "recording",
    mode: "lossless",
    delivered: frames,
    inFlight: {},
    dropped: {},
  });
  assertMatch(body.publisher.address, /^127\.0\.0\.1:\d+$/);
  assertMatch(body.publisher.id, /^[0-9a-f-]{36}$/);
  assert(Date.parse(body.publisher.since) <= Date.now());
  assert(body.bitrate > 0);
  const { bytes, chunks, messages } = body.ledger.received;
  assert(bytes > sent.reduce((sum, { data }) => sum + data.length, 0), `${bytes} bytes`);
  assert(messages > sent.length && chunks > messages, `${chunks} chunks, ${messages} messages`);

  const { body: { streams } } = await api.get("/api/v1/streams");
  assertEquals(streams.map(({ path }: { path: string }) => path), ["live/demo"]);

  client.command("FCUnpublish", 4, null, "demo");
  assertEquals(tagsOf(await watching), sent);
  await until("the end", async () => (await api.get("/api/v1/streams/live/demo")).status === 404);
  assertEquals((await api.get("/api/v1/streams")).body, { streams: [] });
});

Deno.test("GET /<path>.flv finds streams whose names hold slashes and other signs", async () => {
  await using api = await startApi();
  const names: [app: string, name: string, url: string][] = [
    ["live/inst", "cam", "/live/inst/cam.flv"],
    ["live", "a/b", "/live/a%2Fb.flv"],
    ["live", "Straße 1", "/live/Stra%C3%9Fe%201.flv"],
    ["live", "x.flv", "/live/x.flv.flv"],
  ];
  for (const [app, name, path] of names) {
    using client = await RawClient.publish(api.port, name, app);
    const watching = fetch(`${api.url}${path}`).then((response) => response.bytes());
    // A viewer that comes later still begins with the first keyframe.
    client.sendTags([videoTag(0)]);
    await until("a viewer", () => {
      const [ledger] = api.app.rtmp.ledger.current;
      return ledger?.consumers.some(({ kind }) => kind === "http-flv");
    });
    client.sendTags([videoTag(25)]);
    client.command("FCUnpublish", 4, null, name);
    assertEquals(tagsOf(await watching).at(-1), videoTag(25), path);
    await until("the end", () => api.app.rtmp.ledger.current.size === 0);
  }
});

Deno.test("GET /<path>.flv begins a late viewer with headers and a keyframe", async () => {
  await using api = await startApi();
  const sent = await fixtureTags();
  const middle = sent.length / 2;
  using client = await RawClient.publish(api.port, "demo");
  client.sendTags(sent.slice(0, middle));
  const ledger = await until("half of the tags", () => {
    const [ledger] = api.app.rtmp.ledger.current;
    const { videoFrames = 0, audioFrames = 0 } = ledger?.tags ?? {};
    return videoFrames + audioFrames >= middle - 3 && ledger;
  });
  const watching = fetch(`${api.url}/live/demo.flv`).then((response) => response.bytes());
  await until("the viewer", () => ledger.consumers.some(({ kind }) => kind === "http-flv"));
  client.sendTags(sent.slice(middle));
  client.command("FCUnpublish", 4, null, "demo");

  const seen = tagsOf(await watching);
  const kinds = seen.map(({ type, data }) => mediaKind(type, data));
  assertEquals(kinds.slice(0, 3), ["scriptTags", "otherTags", "otherTags"]);
  assert(isKeyframe(seen[3]!), `${kinds[3]}`);
  const begin = sent.findIndex(({ data }) => data.every((byte, i) => byte === seen[3]!.data[i]));
  assertEquals(seen.slice(3), sent.slice(begin));
  await until("the end", () => api.app.rtmp.ledger.current.size === 0);
  assertEquals(api.app.rtmp.ledger.balance(), 0);
});

Deno.test("GET /<path>.flv gives up without a publisher after ?wait", async () => {
  await using api = await startApi();
  assertEquals((await api.get("/live/none.flv?wait=0")).status, 404);
  assertEquals((await api.get("/live/none.flv?wait=0.05")).status, 404);
  for (const wait of ["", "soon", "-1", "1e9"]) {
    assertEquals((await api.get(`/live/none.flv?wait=${wait}`)).status, 400, wait);
  }
  assertEquals((await api.get("/live/%zz.flv?wait=0")).status, 400);
  assertEquals((await api.get("/api/v1/streams/live/none")).status, 404);
  assertEquals((await api.get("/nothing/here")).status, 404);
});

Deno.test("a viewer that disconnects leaves the ledger, and the recording goes on", async () => {
  await using api = await startApi();
  const leaving = new AbortController();
  const watching = fetch(`${api.url}/live/demo.flv`, { signal: leaving.signal });
  using client = await RawClient.publish(api.port, "demo");
  client.sendTags([videoTag(0)]);
  const response = await watching;
  await response.body!.getReader().read();
  const [ledger] = api.app.rtmp.ledger.current;
  leaving.abort();
  await until("the viewer to be gone", () => ledger!.consumers.length === 1);

  client.sendTags([videoTag(1)]);
  client.command("FCUnpublish", 4, null, "demo");
  await until("the end", () => api.app.rtmp.ledger.current.size === 0);
  assertEquals(ledger!.tags.videoFrames, 2);
  assertEquals(ledger!.balance(), 0);
});

function byKind(a: { kind: string }, b: { kind: string }): number {
  return a.kind.localeCompare(b.kind);
}
