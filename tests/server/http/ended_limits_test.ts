import { assert, assertEquals } from "@std/assert";
import { Channel } from "../../../src/channel/channel.ts";
import { type EndedStreamLimits, EndedStreams } from "../../../src/server/api/ended_streams.ts";
import { videoTag } from "../../support/media.ts";
import { publishRequest, serveOnLoopback } from "../../support/publications.ts";
import { until } from "../../support/wait.ts";

/** Publishes under these names, one after the other, and waits until all are final. */
async function endedStreams(
  limits: Partial<EndedStreamLimits>,
  names: string[],
): Promise<EndedStreams> {
  const streams = new EndedStreams(limits);
  await using server = serveOnLoopback({}, async (publication) => {
    const feed = new Channel().open(publication.ledger);
    streams.follow({ publication, feed });
    await feed.run(publication.tags);
  });
  for (const name of names) {
    await server.publish({ ...publishRequest(), name }, ReadableStream.from([videoTag(0)]));
  }
  await until("all ledgers to be final", () => streams.ending.length === 0);
  streams.stop();
  return streams;
}

function namesIn(streams: EndedStreams): string[] {
  return streams.list.map((json) => JSON.parse(json).name);
}

Deno.test("no more streams are remembered than may be", async () => {
  const streams = await endedStreams({ maxStreams: 2 }, ["a", "b", "c"]);
  assertEquals(namesIn(streams), ["c", "b"]);
  assertEquals(streams.find("live/a"), undefined);
  assertEquals(JSON.parse(streams.find("live/b")!).name, "b");
});

Deno.test("no more bytes are remembered than may be, however long names are", async () => {
  const long = "ä".repeat(2000);
  const maxBytes = 10_000;
  const streams = await endedStreams({ maxBytes }, ["a", `${long}b`, `${long}c`, "d"]);
  assertEquals(namesIn(streams).map((name) => name.at(-1)), ["d", "c"]);
  const size = (json: string) => new TextEncoder().encode(json).length;
  assert(streams.list.reduce((sum, json) => sum + size(json), 0) <= maxBytes);
});

Deno.test("a stream is forgotten when it has ended for long", async () => {
  const streams = await endedStreams({ retention: 200 }, ["a"]);
  await until("it to be forgotten", () => streams.list.length === 0);
  assertEquals(streams.find("live/a"), undefined);
});
