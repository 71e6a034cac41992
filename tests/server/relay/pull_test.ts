/**
 * Streams that are brought in from other servers.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { playRtmp } from "../../../src/client/play.ts";
import { publishRtmp } from "../../../src/client/publish.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { StreamRegistry } from "../../../src/server/streams/stream_registry.ts";
import { LoopDetector } from "../../../src/server/relay/loop_detector.ts";
import { Pull } from "../../../src/server/relay/pull.ts";
import { serveRtmp } from "../../../src/serve/serve.ts";
import { videoTag, videoTags } from "../../support/media.ts";
import { until } from "../../support/wait.ts";

/** A server that gives on what is published, to players too. */
function relayServer() {
  const streams = new StreamRegistry();
  const server = serveRtmp({
    hostname: "127.0.0.1",
    port: 0,
    authorize: ({ kind, params }) =>
      kind === "play" || params.get("key") === "1" || { description: "Not without the key" },
    play: ({ app, name }, filter) =>
      streams.subscribe(`${app}/${name}`, {
        kind: "rtmp-play",
        mode: "live",
        survivesPublication: true,
        filter,
      }),
  }, (publication) => streams.open(publication).run());
  return {
    streams,
    server,
    url: (path: string) => `rtmp://127.0.0.1:${server.addr.port}/${path}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await streams.shutdown();
    },
  };
}

function options(streams: StreamRegistry) {
  return { loops: new LoopDetector(streams), key: "1", idleTimeout: 30_000 };
}

/** Reads all video of a stream. */
async function watch(url: string): Promise<FlvTag[]> {
  const { readable } = await playRtmp(url);
  const tags = await Array.fromAsync(readable);
  return tags.filter((tag) => tag.type === "video");
}

for (const always of [false, true]) {
  const when = always ? "always" : "when it has viewers";
  Deno.test(`a pull brings all of a stream in ${when}`, async () => {
    await using there = relayServer();
    await using here = relayServer();
    const config = { stream: "live/here", url: there.url("live/there"), always };
    const pull = new Pull(here.server, here.streams, config, options(here.streams));
    const watched = watch(here.url("live/here"));
    await until("the pull to wait for its stream", () => there.streams.hasViewers("live/there"));
    const { writable } = await publishRtmp(`${there.url("live/there")}?key=1`);
    await ReadableStream.from(videoTags(50)).pipeTo(writable);
    assertEquals(await watched, Array.from({ length: 50 }, (_, i) => videoTag(i)));
    await pull.stop();
  });
}

Deno.test("a pull on demand does not ask for what has no viewers", async () => {
  await using there = relayServer();
  await using here = relayServer();
  const config = { stream: "live/here", url: there.url("live/there"), always: false };
  const pull = new Pull(here.server, here.streams, config, options(here.streams));
  const other = here.streams.subscribe("live/other", {
    kind: "test",
    mode: "live",
    survivesPublication: true,
  });
  // A pull that was wrong would have connected long before this has published.
  const { writable } = await publishRtmp(`${there.url("live/there")}?key=1`);
  assertEquals(there.server.ledger.connections, 1);
  await writable.close();
  await other.tags.cancel();
  await pull.stop();
});
