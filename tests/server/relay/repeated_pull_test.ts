/**
 * Pulls that connect again: what their origin sends again, viewers do not get twice.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { playRtmp } from "../../../src/client/play.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { startHttpApp } from "../../support/http.ts";
import { Link } from "../../support/link.ts";
import { LiveEncoder } from "../../support/live_encoder.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

/** Frames and headers of a viewer, in order. */
async function watch(port: number): Promise<{ frames: FlvTag[]; done: Promise<void> }> {
  const { readable } = await playRtmp(`rtmp://127.0.0.1:${port}/live/demo`);
  const frames: FlvTag[] = [];
  const write = (tag: FlvTag) => void (tag.type === "video" && frames.push(tag));
  return { frames, done: readable.pipeTo(new WritableStream({ write })) };
}

Deno.test("a pull whose link is cut three times repeats no frame and misses none, and times go on", async () => {
  await using origin = await startHttpApp();
  await using link = await Link.open(origin.port);
  await using edge = await startHttpApp(
    ...["--pull", `live/demo=rtmp://127.0.0.1:${link.port}/live/demo`],
  );
  // One group: the origin sends all of it again.
  using encoder = await LiveEncoder.start(origin.port, "demo", undefined, 10_000);
  const { frames, done } = await watch(edge.port);
  await until("the first frames", () => frames.length > 10);
  let had = 0;
  for (let cut = 1; cut <= 3; cut++) {
    link.cut("reset");
    await until("another connection", () => link.connections > cut);
    const before = frames.length;
    await until("frames after the cut", () => frames.length > before + 20);
    const consumer = await edge.consumer("rtmp-play");
    had += consumer.dropped["already-had"]?.videoFrames ?? 0;
  }
  encoder.end();
  await done;
  const sent = encoder.sent.map(({ data }) => data.toHex());
  const numbers = frames.map(({ data }) => sent.indexOf(data.toHex()));
  assertEquals(numbers, sent.map((_, i) => i));
  assertEquals(frames.map(({ timestamp }) => timestamp), encoder.sent.map((tag) => tag.timestamp));
  assertEquals(had > 0, true);
  await edge.idle();
});

Deno.test("another publication of the encoder, of the same content, is not dropped", async () => {
  await using origin = await startHttpApp();
  await using edge = await startHttpApp(
    ...["--pull-always", `live/demo=rtmp://127.0.0.1:${origin.port}/live/demo`],
  );
  for (let round = 0; round < 2; round++) {
    const { frames, done } = await watch(edge.port);
    using encoder = await RawClient.publish(origin.port, "demo");
    encoder.sendTags(videoTags(20));
    await until("all frames", () => frames.length === 20);
    encoder.command("deleteStream", 0, null, STREAM_ID);
    await done;
  }
  await edge.idle();
});
