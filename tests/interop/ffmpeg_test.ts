import { assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import {
  checkBooks,
  checkRecording,
  recordingOf,
  type RecordingServer,
  serve,
} from "./recording_server.ts";
import { clip, type ClipName, contents, publishClip } from "../support/ffmpeg.ts";
import { mediaOf, tagsOf } from "../support/media.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const FFMPEG = ["ffmpeg", "ffprobe"];

await toolTest(FFMPEG, "FFmpeg in real time reaches the recording and a viewer whole", async () => {
  await using server = await serve();
  const source = await clip("b-frames");
  const viewer = await server.watch("live/demo");
  const publishing = publishClip(source, `${server.rtmp}/live/demo`, "-re");
  const { video, publisher, ledger } = await until("frames in the API", async () => {
    const response = await fetch(`${server.http}/api/v1/streams/live/demo`);
    const stream = await response.json();
    return response.ok && stream.ledger.received.videoFrames > 10 && stream;
  });
  assertObjectMatch(video, { codec: "avc1", profile: "High", width: 320, height: 180 });
  assertMatch(publisher.flashVer, /Lavf/);
  assertObjectMatch(ledger, { balance: 0, consumers: [{ dropped: {} }, { dropped: {} }] });
  await publishing;
  await checkRecording(server, "live/demo", source);
  await viewer.check(source);
});

await toolTest(FFMPEG, "FFmpeg as a flood reaches the recording and a viewer whole", async () => {
  await using server = await serve();
  const source = await clip("b-frames");
  const viewer = await server.watch("live/demo");
  await publishClip(source, `${server.rtmp}/live/demo`);
  await checkRecording(server, "live/demo", source);
  await viewer.check(source);
  const { video } = await contents(source);
  assertEquals(video.length, 60);
});

for (const chunkSize of ["128", "4096", "65536"]) {
  await toolTest(FFMPEG, `FFmpeg is taken in whole with a chunk size of ${chunkSize}`, async () => {
    await using server = await serve("--chunk-size", chunkSize);
    const source = await clip("b-frames");
    await publishClip(source, `${server.rtmp}/live/demo`);
    await checkRecording(server, "live/demo", source);
  });
}

for (const name of ["plain", "audio-only", "video-only"] as ClipName[]) {
  await toolTest(FFMPEG, `FFmpeg publishes ${name} and all of it arrives`, async () => {
    await using server = await serve();
    const source = await clip(name);
    const viewer = await server.watch("live/demo");
    await publishClip(source, `${server.rtmp}/live/demo`);
    await checkRecording(server, "live/demo", source);
    await viewer.check(source);
  });
}

for (const publishers of [2, 20]) {
  await toolTest(FFMPEG, `${publishers} FFmpegs at once are all taken in whole`, async () => {
    await using server = await serve();
    const source = await clip("b-frames");
    const paths = Array.from({ length: publishers }, (_, i) => `live/cam${i}`);
    await Promise.all(paths.map((path) => publishClip(source, `${server.rtmp}/${path}`)));
    await checkRecording(server, paths[0]!, source);
    const first = await mediaIn(server, paths[0]!);
    for (const path of paths.slice(1)) {
      await checkBooks(server, path);
      assertEquals(await mediaIn(server, path), first, path);
    }
  });
}

await toolTest(FFMPEG, "FFmpeg floods 1080p60 at 8 Mbit/s and nothing is lost", async () => {
  await using server = await serve();
  const source = await clip("1080p60");
  const viewer = await server.watch("live/demo");
  await publishClip(source, `${server.rtmp}/live/demo`);
  await checkRecording(server, "live/demo", source);
  await viewer.check(source);
});

/** The audio and video of a stream's recording. */
async function mediaIn(server: RecordingServer, path: string): Promise<FlvTag[]> {
  return mediaOf(tagsOf(await Deno.readFile(await recordingOf(server, path))));
}
