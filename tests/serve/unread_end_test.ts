/**
 * Streams that end while nothing is read from them: a consumer that waits for `closed` alone is told.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { Channel } from "../../src/channel/channel.ts";
import { flvBody } from "../../src/channel/flv_body.ts";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { Publication } from "../../src/publication/publication.ts";
import { serveRtmp } from "../../src/serve/serve.ts";
import { videoTag } from "../support/media.ts";
import { within } from "../support/wait.ts";

const OPTIONS = { hostname: "127.0.0.1", port: 0 };

/** Publishes one tag, and ends the publication. */
async function publishOne(port: number): Promise<void> {
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${port}/live/demo`);
  const writer = publisher.writable.getWriter();
  await writer.write(videoTag(0));
  await writer.close();
  await publisher.closed;
}

Deno.test("a handler that has read the last tag is told of the end without a read", async () => {
  const ended = Promise.withResolvers<void>();
  await using server = serveRtmp(OPTIONS, async ({ tags }: Publication) => {
    const reader = tags.getReader();
    assertEquals((await reader.read()).value?.type, "video");
    await reader.closed.then(ended.resolve, ended.reject);
  });
  await publishOne(server.addr.port);
  await within("the end of the tags", ended.promise);
});

/** What is made of a subscription's tags. */
const FORMS: Record<string, (tags: ReadableStream<FlvTag>) => ReadableStream<unknown>> = {
  "its tags": (tags) => tags,
  "its tags through a stage of the platform": (tags) => tags.pipeThrough(new TransformStream()),
};

for (const [name, form] of Object.entries(FORMS)) {
  Deno.test(`a consumer that has read all of a subscription is told of its end by ${name}`, async () => {
    const channel = new Channel();
    await using server = serveRtmp(
      OPTIONS,
      ({ tags, ledger }: Publication) => channel.run(tags, ledger),
    );
    const subscription = channel.subscribe({ kind: "program", mode: "lossless" });
    const reader = form(subscription.tags).getReader();
    const first = reader.read();
    await publishOne(server.addr.port);
    assertEquals((await first).done, false);
    await within("the end of the subscription", reader.closed);
  });
}

Deno.test("a consumer that has read all of an FLV body is told of its end", async () => {
  const channel = new Channel();
  await using server = serveRtmp(
    OPTIONS,
    ({ tags, ledger }: Publication) => channel.run(tags, ledger),
  );
  const body = flvBody(channel.subscribe({ kind: "http-flv", mode: "lossless" })).getReader();
  const header = body.read();
  await publishOne(server.addr.port);
  assertEquals((await header).done, false);
  assertEquals((await body.read()).done, false);
  await within("the end of the body", body.closed);
});

for (const how of ["aborted", "closed"] as const) {
  Deno.test(`a caller that has read a tag of a player is told that it is ${how}`, async () => {
    const channel = new Channel();
    const server = serveRtmp({
      ...OPTIONS,
      play: () => channel.subscribe({ kind: "rtmp-play", mode: "live" }),
    }, ({ tags, ledger }: Publication) => channel.run(tags, ledger));
    const { port } = server.addr;
    const publisher = await publishRtmp(`rtmp://127.0.0.1:${port}/live/demo`);
    const stop = new AbortController();
    const player = await playRtmp(`rtmp://127.0.0.1:${port}/live/demo`, stop);
    player.closed.catch(() => {});
    await publisher.writable.getWriter().write(videoTag(0));
    const reader = player.readable.getReader();
    assertEquals((await reader.read()).done, false);
    if (how === "closed") {
      await player.close();
      await within("the end of the player", reader.closed);
    } else {
      stop.abort(new RangeError("enough"));
      await within("the error of the player", assertRejects(() => reader.closed, RangeError));
    }
    await server.shutdown();
    await publisher.closed.catch(() => {});
  });
}
