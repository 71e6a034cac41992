import { assert, assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import { recordingDirectory, startApiApp } from "../../support/api.ts";
import { flvBytes, RawHttpClient } from "../../support/http.ts";
import { fixtureTags, mediaMessage, videoTag, videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

const NONE = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };

Deno.test("GET /api/v1/ended/<path> has the final ledger of a stream that is no longer live", async () => {
  await using directory = await recordingDirectory();
  await using api = await startApiApp("--record", directory.path);
  assertEquals((await api.call("GET", "ended")).body, { ended: [] });
  assertEquals((await api.call("GET", "ended/live/demo")).status, 404);
  const watching = fetch(`${api.url}/live/demo.flv`).then((response) => response.bytes());
  await until("the viewer", () => api.app.http!.sockets.open.length > 0);
  using client = await RawClient.publish(api.port, "demo");
  client.sendTags(await fixtureTags());
  const live = await until("a stream with both codecs", async () => {
    const { status, body } = await api.call("GET", "streams/live/demo");
    return status === 200 && body.video && body.audio && body;
  });
  assertEquals((await api.call("GET", "ended/live/demo")).status, 404);

  client.command("FCUnpublish", 4, null, "demo");
  await watching;
  const { body } = await until("the final ledger", async () => {
    const answer = await api.call("GET", "ended/live/demo");
    return answer.status === 200 && answer;
  });
  assertEquals((await api.call("GET", "streams/live/demo")).status, 404);
  assertEquals((await api.call("GET", "ending")).body, { ending: [] });
  assertEquals((await api.call("GET", "ended")).body, { ended: [body] });
  assertEquals((await api.call("GET", "ended/live%2Fdemo")).body, body);

  const { path, app, name, publisher, video, audio } = live;
  assertObjectMatch(body, { path, app, name, publisher, video, audio });
  assertObjectMatch(body.end, { reason: "unpublished" });
  assertMatch(body.end.description, /./);
  assert(Date.parse(body.endedAt) >= Date.parse(publisher.since), body.endedAt);
  const frames = { videoFrames: 60, audioFrames: 88 };
  assertObjectMatch(body.ledger, {
    received: frames,
    tags: frames,
    inFlight: NONE,
    consumers: [],
    balance: 0,
  });
  const departed = Object.fromEntries(
    body.ledger.departed.map(({ kind, ...sums }: { kind: string }) => [kind, sums]),
  );
  const whole = { count: 1, delivered: frames, dropped: NONE, balance: 0 };
  assertObjectMatch(departed, { "recording": whole, "http-flv": whole });
});

Deno.test("the ledger of a stream that has dropped out is final while viewers wait for its publisher", async () => {
  await using api = await startApiApp();
  using viewer = await RawHttpClient.connect(api.httpPort);
  viewer.request("GET /live/demo.flv");
  {
    using client = await RawClient.publish(api.port, "demo");
    client.sendTags([videoTag(0)]);
    await api.consumer("http-flv");
    await viewer.text(/FLV/);
  }
  const { end, ledger } = await until("its final ledger", async () => {
    const { status, body } = await api.call("GET", "ended/live/demo");
    return status === 200 && body;
  });
  assertEquals(end.reason, "disconnected");
  assertObjectMatch(ledger, { consumers: [], departed: [{ kind: "http-flv", count: 1 }] });
  assertEquals((await api.call("GET", "ending")).body, { ending: [] });
  assertEquals((await api.call("GET", "streams/live/demo")).status, 404);

  // The viewer is there for the next publisher.
  using again = await RawClient.publish(api.port, "demo");
  again.sendTags([videoTag(0), videoTag(1)]);
  const viewing = await api.consumer("http-flv");
  await until("two frames", () => viewing.delivered.videoFrames === 2);
});

Deno.test("a stream is ending until its slowest consumer has all of it", async () => {
  await using api = await startApiApp("--allow-lossless-viewers");
  using viewer = await RawHttpClient.connect(api.httpPort);
  viewer.request("GET /live/demo.flv?mode=lossless");
  using client = await RawClient.publish(api.port, "demo");
  client.sendTags([videoTag(0)]);
  const ledger = await api.consumer("http-flv");
  await viewer.text(/FLV/);
  viewer.stopReading();
  const message = mediaMessage(videoTag(0, 100_000));
  // More than the sockets between hold, so that some wait in the queue.
  await until("frames to wait for the viewer", () => {
    client.send(message);
    return ledger.inFlight.videoFrames > 2;
  });
  client.command("FCUnpublish", 4, null, "demo");
  const { ending: [stream] } = await until("an end", async () => {
    const { body } = await api.call("GET", "ending");
    return body.ending.length > 0 && body;
  });
  assert(stream.ledger.consumers[0].inFlight.videoFrames > 0);
  assertEquals((await api.call("GET", "ended/live/demo")).status, 404);
  viewer.goOnReading();
  const { body } = await until("the final ledger", async () => {
    const answer = await api.call("GET", "ended/live/demo");
    return answer.status === 200 && answer;
  });
  const { videoFrames } = body.ledger.received;
  assertObjectMatch(body.ledger, {
    consumers: [],
    departed: [{ kind: "http-flv", delivered: { videoFrames }, dropped: NONE }],
    balance: 0,
  });
});

Deno.test("GET /api/v1/ended has the newest first, and tells why each has ended", async () => {
  await using api = await startApiApp();
  const put = (name: string, bytes: Uint8Array<ArrayBuffer>) =>
    fetch(`${api.url}/live/${name}.flv`, { method: "PUT", body: bytes })
      .then((response) => response.body?.cancel());
  const bytes = flvBytes(videoTags(2));
  await put("one", bytes);
  await put("two", bytes);
  await put("one", flvBytes(videoTags(3)));
  using client = await RawClient.publish(api.port, "three");
  client.sendTags([videoTag(0)]);
  await until("a stream", async () => (await api.call("GET", "streams/live/three")).status === 200);
  assertEquals((await api.call("DELETE", "streams/live/three")).status, 204);
  const ended = await until("all of them", async () => {
    const { ended } = (await api.call("GET", "ended")).body;
    return ended.length === 4 && ended;
  });
  type Shown = { path: string; end: { reason: string }; ledger: { tags: typeof NONE } };
  assertEquals(
    ended.map(({ path, end, ledger }: Shown) => [path, end.reason, ledger.tags.videoFrames]),
    [
      ["live/three", "closed", 1],
      ["live/one", "unpublished", 3],
      ["live/two", "unpublished", 2],
      ["live/one", "unpublished", 2],
    ],
  );
  assertEquals((await api.call("GET", "ended/live/one")).body, ended[1]);
});
