/**
 * FFmpeg, coming in the middle of a stream.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { fixtureTags } from "../support/media.ts";
import { startTestApp } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";

await toolTest(["ffprobe"], "FFmpeg finds audio and video alone when it comes late", async () => {
  const app = await startTestApp();
  const [metadata, ...rest] = await fixtureTags();
  const { writable } = await publishRtmp(`rtmp://127.0.0.1:${app.rtmp.addr.port}/live/demo`);
  const writer = writable.getWriter();
  await writer.write(metadata!);
  // Hours into the stream: what is sent to newcomers stands in front of this.
  for (const tag of rest) await writer.write({ ...tag, timestamp: tag.timestamp + 10_000_000 });
  const probing = Promise.all([
    probe(`http://127.0.0.1:${app.http!.port}/live/demo.flv`),
    probe(`rtmp://127.0.0.1:${app.rtmp.addr.port}/live/demo`),
  ]);
  const streams = await probing;
  await writer.close();
  await app.shutdown();
  assertEquals(streams, [["audio", "video"], ["audio", "video"]]);
});

/** The kinds of streams that FFmpeg finds. */
async function probe(url: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ffprobe", {
    args: [
      ...["-v", "quiet", "-analyzeduration", "500000", "-show_entries", "stream=codec_type"],
      ...["-of", "csv=p=0", url],
    ],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").sort();
}
