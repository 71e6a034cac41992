/**
 * `close()` of a publication comes after what was written before it, whether that was awaited or not.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpError, RtmpTimeoutError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { turns } from "../support/streams.ts";
import { until, within } from "../support/wait.ts";

for (const size of [20, 100_000]) {
  Deno.test(`close() sends tags of ${size} bytes that wait in the stream before it says goodbye`, async () => {
    await using app = collect();
    const publisher = await publishRtmp(`rtmp://127.0.0.1:${app.port}/live/demo`);
    const writer = publisher.writable.getWriter();
    const sent = Array.from({ length: 40 }, (_, i) => videoTag(i, size));
    const writes = sent.map((tag) => writer.write(tag));
    const closing = publisher.close();
    const late = assertRejects(() => writer.write(videoTag(40)), RtmpError, "has been closed");
    await within("the end", Promise.all([closing, ...writes, late]));
    const { publication, tags } = await app.publication(0);
    await publication.closed;
    assertEquals(tags, sent);
  });
}

Deno.test("close() within a pipe ends the pipe, and everything that was taken from it has arrived", async () => {
  await using app = collect();
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${app.port}/live/demo`);
  let given = 0;
  const source = new ReadableStream<FlvTag>({
    async pull(controller) {
      await turns(1);
      controller.enqueue(videoTag(given++));
    },
  }, { highWaterMark: 0 });
  const piping = assertRejects(
    () => source.pipeTo(publisher.writable),
    RtmpError,
    "has been closed",
  );
  const { tags, publication } = await app.publication(0);
  await until("twenty tags", () => given >= 20);
  await within("the end", publisher.close());
  await within("the end of the pipe", piping);
  assertEquals((await publication.closed).reason, "unpublished");
  // One tag may have come too late, and one was asked for while the pipe ended.
  assert(tags.length >= given - 2, `${tags.length} of ${given} tags arrived`);
  assertEquals(tags, Array.from(tags, (_, i) => videoTag(i)));
});

Deno.test("close() times out when a server does not take the tags before it", async () => {
  await using server = new ScriptedServer(async (end) => {
    await end.begun("publish");
    await end.over;
  });
  const options = { idleTimeout: Infinity, closeTimeout: 200 };
  const publisher = await publishRtmp(server.url(), options);
  const writer = publisher.writable.getWriter();
  const writes = Array.from({ length: 20 }, (_, i) => writer.write(videoTag(i, 2 ** 20)));
  const outcome = Promise.allSettled(writes);
  await assertRejects(() => within("the end", publisher.close()), RtmpTimeoutError, "read nothing");
  assertEquals((await outcome).at(-1)?.status, "rejected");
});
