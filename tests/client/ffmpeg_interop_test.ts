import { assertEquals } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { contents } from "../support/ffmpeg.ts";
import { freePort } from "../support/free_port.ts";
import { fixtureTags } from "../support/media.ts";
import { toolTest } from "../support/tools.ts";
import { until, within } from "../support/wait.ts";

const CLIP = new URL("../fixtures/clip60.flv", import.meta.url).pathname;

await toolTest(["ffmpeg", "ffprobe"], "publishRtmp() publishes to FFmpeg", async () => {
  const url = `rtmp://127.0.0.1:${freePort()}/live/demo`;
  const path = await Deno.makeTempFile({ suffix: ".flv" });
  const listening = ffmpeg(`-y -copyts -listen 1 -i ${url} -map 0 -c copy -f flv ${path}`);
  const { writable } = await until("FFmpeg to listen", () => publishRtmp(url).catch(refused));
  await ReadableStream.from(await fixtureTags()).pipeTo(writable);
  assertEquals((await within("FFmpeg to end", listening)).code, 0);
  assertEquals(await contents(path), await contents(CLIP));
  await Deno.remove(path);
});

await toolTest(["ffmpeg"], "playRtmp() plays from FFmpeg", async () => {
  const url = `rtmp://127.0.0.1:${freePort()}/live/demo`;
  const sending = ffmpeg(`-i ${CLIP} -map 0 -c copy -copyts -f flv -listen 1 ${url}`);
  const { readable, closed } = await until("FFmpeg to listen", () => playRtmp(url).catch(refused));
  const received = await Array.fromAsync(readable);
  await closed;
  assertEquals(frames(received), frames(await fixtureTags()));
  assertEquals((await within("FFmpeg to end", sending)).code, 0);
});

function ffmpeg(args: string): Promise<Deno.CommandOutput> {
  const quiet = ["-hide_banner", "-loglevel", "error"];
  return new Deno.Command("ffmpeg", { args: [...quiet, ...args.split(" ")], stdin: "null" })
    .output();
}

/** Coded frames of each kind, in order. */
function frames(tags: FlvTag[]): Record<string, FlvTag[]> {
  const { audioFrames = [], videoFrames = [] } = Object.groupBy(
    tags,
    ({ type, data }) => mediaKind(type, data),
  );
  return { audioFrames, videoFrames };
}

function refused(error: Error): undefined {
  if (!(error.cause instanceof Deno.errors.ConnectionRefused)) throw error;
}
