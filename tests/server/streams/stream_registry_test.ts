/**
 * What is live by path, who consumes it, and by which connection.
 *
 * @module
 */

import { assertEquals, assertStrictEquals } from "@std/assert";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import type { Publication } from "../../../src/publication/publication.ts";
import { StreamRegistry } from "../../../src/server/streams/stream_registry.ts";
import { videoTag } from "../../support/media.ts";
import { publishRequest, serveOnLoopback } from "../../support/publications.ts";

/** Publishes one frame as `live/demo`, and calls `handle` with the publication. */
async function publish(
  handle: (publication: Publication) => Promise<void>,
  connection?: string,
): Promise<void> {
  await using server = serveOnLoopback({}, handle);
  const request = { ...publishRequest(), ...connection !== undefined && { connection } };
  await server.publish(request, ReadableStream.from([videoTag(0)]));
}

Deno.test("a stream is live when it is opened, and what is subscribed then gets its first tag", async () => {
  const streams = new StreamRegistry();
  const opened: string[] = [];
  streams.onOpen(({ publication }) => opened.push(publication.path));
  let received: Promise<FlvTag[]> | undefined;
  await publish(async (publication) => {
    const stream = streams.open(publication);
    assertStrictEquals(streams.find("live/demo")?.publication, publication);
    assertEquals([streams.live.length, opened], [1, ["live/demo"]]);
    received = Array.fromAsync(stream.feed.subscribe({ kind: "test", mode: "lossless" }).tags);
    await stream.run();
    assertEquals([streams.find("live/demo"), streams.live], [undefined, []]);
  });
  assertEquals(await received, [videoTag(0)]);
});

Deno.test("what a connection publishes and plays is found by its id, until it has ended", async () => {
  const streams = new StreamRegistry();
  await publish(async (publication) => {
    const stream = streams.open(publication);
    const facts = { kind: "test", mode: "live", survivesPublication: true } as const;
    const subscription = streams.subscribe("live/demo", { ...facts, connection: "player" });
    const unnamed = streams.subscribe("live/demo", facts);
    assertEquals(streams.publishedBy("publisher"), [publication]);
    assertEquals(streams.playedBy("player"), [{ path: "live/demo", subscription }]);
    assertEquals([streams.publishedBy("player"), streams.playedBy("publisher")], [[], []]);
    await Promise.all([subscription.tags.cancel(), unnamed.tags.cancel(), stream.run()]);
    assertEquals([streams.publishedBy("publisher"), streams.playedBy("player")], [[], []]);
  }, "publisher");
});

Deno.test("viewers are waited for where nothing is published, and the end of a publication", async () => {
  const streams = new StreamRegistry();
  const stop = new AbortController();
  const waiting = streams.whenViewersWait("live/demo", stop.signal);
  const viewer = streams.subscribe("live/demo", {
    kind: "test",
    mode: "live",
    survivesPublication: true,
  });
  await waiting;
  assertEquals(streams.hasViewers("live/demo"), true);
  let unpublished: Promise<void> | undefined;
  await publish(async (publication) => {
    const stream = streams.open(publication);
    unpublished = streams.whenUnpublished("live/demo", stop.signal);
    await Promise.all([stream.run(), viewer.tags.cancel()]);
  });
  await unpublished;
  const aborted = streams.whenViewersWait("live/demo", stop.signal);
  stop.abort();
  await aborted;
});
