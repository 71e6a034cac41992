import { assertEquals } from "@std/assert";
import { videoTag } from "../support/media.ts";
import { Broadcast, sequenceHeader } from "./broadcast.ts";

Deno.test("Channel.sample() is the beginning of the first tag, however large that is", async () => {
  const broadcast = new Broadcast();
  const first = videoTag(0, 1024 * 1024);
  await broadcast.send(first, videoTag(1));
  const sample = broadcast.channel.sample("video")!;
  assertEquals(sample, { ...first, data: first.data.slice(0, 4096) });
  assertEquals(sample.data.buffer.byteLength, 4096);
  await broadcast.end();
});

Deno.test("Channel.sample() is the latest sequence header, when there is one", async () => {
  const broadcast = new Broadcast();
  await broadcast.send(videoTag(0), sequenceHeader("video", 1), sequenceHeader("video", 2));
  const { data } = broadcast.channel.sample("video")!;
  assertEquals(data, sequenceHeader("video", 2).data);
  await broadcast.end();
});
