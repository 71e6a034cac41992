import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { recordingOf, serve } from "./recording_server.ts";
import { clip, contents, publishClip, run } from "../support/ffmpeg.ts";
import { toolTest } from "../support/tools.ts";
import { until, within } from "../support/wait.ts";

const FFMPEG = ["ffmpeg", "ffprobe"];

/** What FFmpeg says of a file, without a complaint. */
async function probe(path: string, entry: string): Promise<number> {
  const args = `-show_entries ${entry} -of csv=p=0 ${path}`.split(" ");
  const { stdout, complaints } = await run("ffprobe", args);
  assertEquals(complaints, []);
  return Number(stdout);
}

/** The picture that FFmpeg finds at a time, as a hash. */
async function pictureAt(path: string, seconds: number): Promise<string> {
  const args = `-ss ${seconds} -i ${path} -map 0:v -frames:v 1 -f hash -`.split(" ");
  const { code, stdout, complaints } = await run("ffmpeg", args);
  assertEquals([code, complaints], [0, []]);
  return stdout;
}

await toolTest(
  FFMPEG,
  "FFmpeg reads the duration of a recording, and finds any time in it",
  async () => {
    await using server = await serve();
    const source = await clip("1080p60");
    await publishClip(source, `${server.rtmp}/live/demo`);
    await server.process.line(/INF .*\] live\/demo has ended/);
    const file = await recordingOf(server, "live/demo");
    assertAlmostEquals(await probe(file, "format=duration"), 10, 0.1);
    for (const seconds of [0, 3.3, 7.5, 9.9]) {
      assertEquals(
        await pictureAt(file, seconds),
        await pictureAt(source, seconds),
        `${seconds} s`,
      );
    }
  },
);

await toolTest(
  [...FFMPEG, "mpv"],
  "mpv plays a recording from its middle to its end without a complaint",
  async () => {
    await using server = await serve();
    const source = await clip("b-frames");
    await publishClip(source, `${server.rtmp}/live/demo`);
    await server.process.line(/INF .*\] live\/demo has ended/);
    const file = await recordingOf(server, "live/demo");
    const args = "--no-config --vo=null --ao=null --start=1 --msg-level=all=warn --untimed".split(
      " ",
    );
    const command = new Deno.Command("mpv", { args: [...args, file], stdin: "null" });
    const { code, stdout, stderr } = await within("mpv to end", command.output());
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assertEquals([code, said], [0, ""]);
  },
);

await toolTest(
  FFMPEG,
  "a recording whose server is killed is whole up to its last tag",
  async () => {
    const server = await serve();
    const source = await clip("b-frames");
    const publishing = new Deno.Command("ffmpeg", {
      args: [
        ..."-loglevel quiet -re -copyts -i".split(" "),
        source,
        ..."-map 0 -c copy -f flv".split(" "),
        `${server.rtmp}/live/demo`,
      ],
      stdin: "null",
    }).output();
    await server.process.line(/is recorded to/);
    const file = await recordingOf(server, "live/demo");
    const { size: empty } = await until("a recording", async () => {
      const stat = await Deno.stat(file);
      return stat.size > 0 && stat;
    });
    await until("half of it", async () => (await Deno.stat(file)).size > empty + 40_000);
    server.process.kill("SIGKILL");
    await server.process.ended();
    await publishing;

    const recorded = await contents(file);
    const whole = await contents(source);
    assert(recorded.video.length > 10 && recorded.video.length < whole.video.length);
    assertEquals(recorded.video, whole.video.slice(0, recorded.video.length));
    assertEquals(recorded.audio, whole.audio.slice(0, recorded.audio.length));
    assert(await probe(file, "format=duration") > 0.5);
    await Deno.remove(server.directory, { recursive: true });
  },
);
