import { assertEquals, assertRejects } from "@std/assert";
import { playRtmp, type RtmpPlayer } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { fixtureTags, mediaOf } from "../support/media.ts";
import { NMS, startNms } from "../support/nms.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

await toolTest(NMS, "publishRtmp() and playRtmp() talk to Node-Media-Server", async (t) => {
  await using nms = await startNms();
  const tags = await fixtureTags();
  const media = mediaOf(tags);
  assertEquals(media.filter(isVideoFrame).length, 60);

  await t.step("every frame comes back to a player that comes first", async () => {
    const url = nms.url("live/first");
    const player = await playRtmp(url);
    const received = collectMedia(player);
    const { writable, closed } = await publishRtmp(url);
    await ReadableStream.from(tags).pipeTo(writable);
    await closed;
    await until("the last tag", () => received.tags.length === media.length);
    // It keeps its players for a publisher that may come back.
    await player.close();
    await Promise.all([received.done, player.closed]);
    assertEquals(received.tags, media);
  });

  await t.step("every frame comes back to a player that comes in the first group", async () => {
    const url = nms.url("live/second");
    const writer = (await publishRtmp(url)).writable.getWriter();
    const middle = tags.findIndex(isVideoFrame) + 10;
    for (const tag of tags.slice(0, middle)) await writer.write(tag);
    const player = await playRtmp(url);
    const received = collectMedia(player);
    for (const tag of tags.slice(middle)) await writer.write(tag);
    await writer.close();
    await until("the last tag", () => received.tags.at(-1)?.timestamp === media.at(-1)!.timestamp);
    await player.close();
    await received.done;
    const frames = received.tags.filter(isVideoFrame);
    assertEquals(frames, media.filter(isVideoFrame));
  });

  await t.step("a player ends when it is aborted", async () => {
    const stop = new AbortController();
    const player = await playRtmp(nms.url("live/none"), { signal: stop.signal });
    const { done } = collectMedia(player);
    const ended = assertRejects(() => done);
    stop.abort();
    await ended;
    await assertRejects(() => player.closed);
  });
});

/** Audio and video that a player gets, as it comes: what else there is, is up to the server. */
function collectMedia({ readable }: RtmpPlayer): { tags: FlvTag[]; done: Promise<void> } {
  const tags: FlvTag[] = [];
  const write = (tag: FlvTag) => void tags.push(...mediaOf([tag]));
  return { tags, done: readable.pipeTo(new WritableStream({ write })) };
}

function isVideoFrame({ type, data }: FlvTag): boolean {
  return mediaKind(type, data) === "videoFrames";
}
