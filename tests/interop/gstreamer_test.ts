import { assertEquals } from "@std/assert";
import { checkBooks, recordingOf, serve } from "./recording_server.ts";
import { clip, contents } from "../support/ffmpeg.ts";
import { toolTest } from "../support/tools.ts";
import { within } from "../support/wait.ts";

/** Its own client of RTMP, and the one that stands on librtmp. */
const SINKS = ["rtmp2sink", "rtmpsink"];

const ELEMENTS = ["flvdemux", "h264parse", "aacparse", "flvmux"].map((name) => `gst:${name}`);

for (const sink of SINKS) {
  const tools = ["gst-launch-1.0", "ffmpeg", ...ELEMENTS, `gst:${sink}`];
  await toolTest(tools, `GStreamer's ${sink} is recorded whole`, async () => {
    await using server = await serve();
    const source = await clip("b-frames");
    await launch(
      `filesrc location=${source} ! flvdemux name=in ` +
        "in.video ! queue ! h264parse ! out.video in.audio ! queue ! aacparse ! out.audio " +
        `flvmux name=out streamable=true ! ${sink} sync=false location=${server.rtmp}/live/demo`,
    );
    await checkBooks(server, "live/demo");
    // GStreamer's muxer sets its own times, and adds a stream of script data: only the media is as
    // it was.
    const { hashes, video, audio } = await contents(await recordingOf(server, "live/demo"));
    const expected = await contents(source);
    assertEquals(video.length, expected.video.length);
    assertEquals(audio.length, expected.audio.length);
    assertEquals(hashes.filter((hash) => /^[av]/.test(hash)), expected.hashes.filter(Boolean));
  });
}

/** Runs a pipeline; its RTMP elements must not warn of anything. */
async function launch(pipeline: string): Promise<void> {
  const command = new Deno.Command("gst-launch-1.0", {
    args: ["-q", ...pipeline.split(" ")],
    env: { GST_DEBUG: "1,rtmp*:2", GST_DEBUG_NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await within("GStreamer to end", command.output());
  const decoder = new TextDecoder();
  const said = decoder.decode(stdout) + decoder.decode(stderr);
  assertEquals({ code, said }, { code: 0, said: "" });
}
