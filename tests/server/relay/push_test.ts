/**
 * Streams that are sent on to other servers.
 *
 * @module
 */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { publishRtmp } from "../../../src/client/publish.ts";
import { StreamRegistry } from "../../../src/server/streams/stream_registry.ts";
import { LoopDetector } from "../../../src/server/relay/loop_detector.ts";
import { Pushes } from "../../../src/server/relay/pushes.ts";
import { serveRtmp } from "../../../src/serve/serve.ts";
import { freePort } from "../../support/free_port.ts";
import { videoTag, videoTags } from "../../support/media.ts";
import { collect, type CollectingServer, type Received } from "../../support/publications.ts";
import { until } from "../../support/wait.ts";

/** A server whose publications go to a streams, and the pushes from there. */
function source() {
  const streams = new StreamRegistry();
  const server = serveRtmp(
    { hostname: "127.0.0.1", port: 0 },
    (publication) => streams.open(publication).run(),
  );
  const pushes = new Pushes(streams, { loops: new LoopDetector(streams), idleTimeout: 30_000 });
  return {
    streams,
    pushes,
    url: `rtmp://127.0.0.1:${server.addr.port}/live/demo`,
    async [Symbol.asyncDispose]() {
      await pushes.stop();
      await server.shutdown();
      await streams.shutdown();
    },
  };
}

/** The first publication of a server, when it has ended. */
async function whole(server: CollectingServer): Promise<Received> {
  const received = await server.publication(0);
  await until("the publication has ended", () => received.ended);
  return received;
}

const state = (push: { toJSON(): Record<string, unknown> }) => push.toJSON().state;

Deno.test("a push brings all of a stream to another server, and ends with it", async () => {
  const tags = videoTags(50);
  await using target = collect();
  await using here = source();
  const push = here.pushes.add("live/demo", `rtmp://127.0.0.1:${target.port}/app/copy?key=secret`);
  await ReadableStream.from(tags).pipeTo((await publishRtmp(here.url)).writable);
  const { publication, tags: received } = await whole(target);
  assertEquals(received, tags);
  assertEquals(publication.path, "app/copy");
  assertEquals(publication.params.get("key"), "secret");
  assertEquals((await publication.closed).reason, "unpublished");
  await until("the push waits for the next publication", () => state(push) === "waiting");
});

Deno.test("a push connects again when its server is not there yet, and begins at a keyframe", async () => {
  const port = freePort();
  await using here = source();
  const push = here.pushes.add("live/demo", `rtmp://127.0.0.1:${port}/app/copy`);
  const { writable } = await publishRtmp(here.url);
  const writer = writable.getWriter();
  for (const tag of videoTags(30)) await writer.write(tag);
  await until("the push has failed", () => state(push) === "retrying");
  assertEquals(typeof push.toJSON().lastError, "string");
  await using target = collect({ port });
  await until("the push is live", () => state(push) === "live");
  for (let i = 30; i < 60; i++) await writer.write(videoTag(i));
  await writer.close();
  const { tags } = await whole(target);
  const frames = tags.filter((tag) => tag.type === "video");
  assertEquals(frames[0], videoTag(25));
  assertEquals(frames, Array.from({ length: 35 }, (_, i) => videoTag(25 + i)));
});

Deno.test("a push that is removed leaves the stream and the others as they are", async () => {
  await using one = collect();
  await using two = collect();
  await using here = source();
  const first = here.pushes.add("live/demo", `rtmp://127.0.0.1:${one.port}/app/copy`);
  const second = here.pushes.add("live/demo", `rtmp://127.0.0.1:${two.port}/app/copy`);
  const writer = (await publishRtmp(here.url)).writable.getWriter();
  for (const tag of videoTags(10)) await writer.write(tag);
  await until("both are live", () => state(first) === "live" && state(second) === "live");
  assertEquals(await here.pushes.remove(first.id), true);
  assertEquals(await here.pushes.remove(first.id), false);
  for (let i = 10; i < 20; i++) await writer.write(videoTag(i));
  await writer.close();
  const { tags } = await whole(two);
  assertEquals(tags.filter((tag) => tag.type === "video").length, 20);
  assertEquals(here.pushes.list, [second]);
});

Deno.test("a push shows nothing of the secrets in its URL", () => {
  const streams = new StreamRegistry();
  const pushes = new Pushes(streams, { loops: new LoopDetector(streams), idleTimeout: 30_000 });
  const push = pushes.add("live/demo", "rtmp://joe:hush@127.0.0.1:1/app/copy?key=hush");
  const shown = JSON.stringify(push);
  assertStringIncludes(shown, "rtmp://127.0.0.1:1/app/…");
  assertEquals(shown.includes("hush"), false);
  return pushes.stop();
});

Deno.test("Pushes.add() refuses what is no URL of RTMP", () => {
  const streams = new StreamRegistry();
  const pushes = new Pushes(streams, { loops: new LoopDetector(streams), idleTimeout: 30_000 });
  for (const url of ["http://127.0.0.1/a/b", "rtmp", "", "file:///etc/passwd"]) {
    assertThrows(() => pushes.add("live/demo", url), TypeError);
  }
  for (const stream of ["", "/", " ", "live/../demo"]) {
    const url = "rtmp://127.0.0.1/live/copy";
    assertThrows(() => pushes.add(stream, url), TypeError, "Cannot push");
  }
  assertEquals(pushes.list, []);
});
