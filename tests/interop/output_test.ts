import { assertEquals, assertMatch } from "@std/assert";
import { clip, contents, publishClip } from "../support/ffmpeg.ts";
import { tagsOf, videoTag, videoTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { ServerProcess } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const UNIX = Deno.build.os !== "windows";

/** A directory that is removed at the end. */
async function directory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "sluice-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("--output FILE takes the first publication alone, and ends with it", async () => {
  await using temporary = await directory();
  const file = `${temporary.path}/out.flv`;
  const server = await ServerProcess.start({
    args: ["--output", file],
    permissions: [`--allow-write=${file}`],
  });
  const sent = videoTags(30);
  using first = await RawClient.publish(server.port, "first");
  using second = await RawClient.publish(server.port, "second");
  await server.line(/live\/second is not written to .*out\.flv/);
  second.sendTags([videoTag(0)]);
  first.sendTags(sent);
  first.command("FCUnpublish", 4, null, "first");
  assertEquals((await server.ended()).code, 0);
  assertEquals(tagsOf(await Deno.readFile(file)), sent);
});

Deno.test("--output FILE --loop goes on with the next publication, at later times", async () => {
  await using temporary = await directory();
  const file = `${temporary.path}/out.flv`;
  const server = await ServerProcess.start({
    args: ["--output", file, "--loop"],
    permissions: [`--allow-write=${file}`],
  });
  for (const name of ["one", "two", "three"]) {
    using client = await RawClient.publish(server.port, name);
    client.sendTags([videoTag(0), videoTag(1)]);
    client.command("FCUnpublish", 4, null, name);
    await server.line(new RegExp(`live/${name} has been written`));
  }
  await server.stop();
  const tags = tagsOf(await Deno.readFile(file));
  const frames = [0, 1, 0, 1, 0, 1].map((index) => videoTag(index).data);
  assertEquals(tags.map(({ data }) => data), frames);
  const times = tags.map(({ timestamp }) => timestamp);
  assertEquals(times, times.toSorted((a, b) => a - b));
  assertEquals(new Set(times).size, 6);
});

Deno.test({
  name: "--output - ends with one sentence when its reader closes the pipe",
  ignore: !UNIX,
  async fn() {
    await using temporary = await directory();
    const pipe = `${temporary.path}/pipe`;
    const server = await ServerProcess.start({
      shell: `mkfifo ${pipe}; head -c 5000 ${pipe} > /dev/null & exec > ${pipe}`,
      args: ["--output", "-"],
    });
    using client = await RawClient.publish(server.port, "demo");
    let sent = 0;
    const end = server.ended();
    await until("the server to notice", () => {
      client.sendTags([videoTag(sent++, 3000)]);
      return server.lines.some((line) => line.includes("ERR"));
    });
    assertEquals((await end).code, 1);
    const { complaints } = server;
    assertEquals(complaints.length, 1, complaints.join("\n"));
    assertMatch(complaints[0]!, /Cannot write to standard output: its reader has closed it$/);
  },
});

Deno.test("--output FILE says which permission is missing", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ..."run --no-prompt --allow-net".split(" "),
      new URL("../../src/server/main.ts", import.meta.url).pathname,
      ..."--port 0 --http-port off --output sluice-test.flv".split(" "),
    ],
    stdin: "null",
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 1);
  assertMatch(
    new TextDecoder().decode(stderr),
    /^Cannot write to sluice-test\.flv: .*--allow-write=sluice-test\.flv .*\n$/,
  );
});

/** Programs that read standard output, and what they are to make of it. */
const READERS: [tools: string[], name: string, command: (pipe: string, file: string) => string][] =
  [
    [
      ["ffmpeg", "ffprobe"],
      "FFmpeg",
      (pipe, file) => `ffmpeg -v error -i - -map 0 -c copy -copyts ${file} < ${pipe}`,
    ],
    [
      ["ffmpeg", "ffprobe", "gst:flvdemux", "gst:flvmux"],
      "GStreamer",
      (pipe, file) =>
        `gst-launch-1.0 -q fdsrc ! flvdemux name=in flvmux name=out ! filesink location=${file} ` +
        `in.video ! queue ! h264parse ! out. in.audio ! queue ! aacparse ! out. < ${pipe}`,
    ],
  ];

for (const [tools, name, command] of READERS) {
  await toolTest(tools, `--output - brings every frame to ${name} through a pipe`, async () => {
    await using temporary = await directory();
    const [pipe, file] = ["pipe", "out.flv"].map((part) => `${temporary.path}/${part}`);
    const server = await ServerProcess.start({
      shell: `mkfifo ${pipe}; (${command(pipe!, file!)}; touch ${pipe}.done) & exec > ${pipe}`,
      args: ["--output", "-"],
    });
    const source = await clip("plain");
    await publishClip(source, `${server.rtmp}/live/demo`);
    assertEquals((await server.ended()).code, 0);
    await until(`${name} to end`, () => Deno.stat(`${pipe}.done`).then(() => true, () => false));
    const { video, audio } = await contents(file!);
    const expected = await contents(source);
    assertEquals([video.length, audio.length], [expected.video.length, expected.audio.length]);
  });
}
