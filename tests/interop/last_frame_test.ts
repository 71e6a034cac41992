/**
 * The last frame of a stream: every player has it, whatever ended the stream.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import type { App } from "../../src/server/app.ts";
import { repeat } from "../support/long.ts";
import { fixtureTags, mediaOf, tagsOf } from "../support/media.ts";
import { startTestApp } from "../support/server.ts";
import { type Tool, toolTest } from "../support/tools.ts";
import { until, within } from "../support/wait.ts";

/**
 * Time that the pipeline spends on each buffer, in microseconds: GStreamer's source then always has a
 * message waiting when it reads of the end, and drops the last one that it has not handed on.
 */
const SLOW = "identity sleep-time=8000";

/** Programs that play `url` into `file`. */
const PLAYERS: Record<string, { tools: Tool[]; command: (url: string, file: string) => string }> = {
  "GStreamer with a slow pipeline": {
    tools: ["gst-launch-1.0", "gst:rtmp2src"],
    command: (url, file) =>
      `gst-launch-1.0 -q rtmp2src location=${url} ! ${SLOW} ! filesink location=${file}`,
  },
  "GStreamer": {
    tools: ["gst-launch-1.0", "gst:rtmp2src"],
    command: (url, file) =>
      `gst-launch-1.0 -q rtmp2src location=${url} ! filesink location=${file}`,
  },
  "FFmpeg": {
    tools: ["ffmpeg"],
    command: (url, file) => `ffmpeg -v error -i ${url} -map 0 -c copy -copyts -f flv ${file}`,
  },
  "rtmpdump": {
    tools: ["rtmpdump"],
    command: (url, file) => `rtmpdump -q -v -r ${url} -o ${file}`,
  },
};

/** How many ends each player sees. */
const ENDS = repeat(5, 60);

for (const [name, { tools, command }] of Object.entries(PLAYERS)) {
  await toolTest(tools, `${name} has the last frame at each of ${ENDS} ends`, async () => {
    await using server = await serve();
    for (let end = 1; end <= ENDS; end++) {
      const file = `${server.directory}/${end}.flv`;
      const path = `live/end${end}`;
      const playing = run(command(`${server.rtmp}/${path}`, file));
      await server.hasPlayer(path);
      await publish(`${server.rtmp}/${path}`);
      await playing;
      assertEquals([end, frames(tagsOf(await Deno.readFile(file)))], [end, await everything()]);
    }
  });
}

/** What can end a player beside its stream. Nothing of it may cost a frame that was sent before. */
const FROM_HERE: Record<string, (server: TestServer) => Promise<unknown>> = {
  "a shutdown": ({ app }) => app.shutdown(),
  "an operator who ends its connection": async ({ app }) => {
    const player = app.rtmp.connections.find(({ publications }) => publications.length === 0);
    await player!.end();
  },
  "an operator who ends the publication": ({ app }) => {
    app.rtmp.publications[0]!.close("Enough");
    return Promise.resolve();
  },
};

for (const [what, end] of Object.entries(FROM_HERE)) {
  const tools = ["gst-launch-1.0", "gst:rtmp2src"];
  await toolTest(
    tools,
    `GStreamer with a slow pipeline has the last frame after ${what}`,
    async () => {
      await using server = await serve();
      const file = `${server.directory}/file.flv`;
      const url = `${server.rtmp}/live/demo`;
      const playing = run(PLAYERS["GStreamer with a slow pipeline"]!.command(url, file), false);
      await server.hasPlayer("live/demo");
      const publisher = await publishRtmp(url);
      const writer = publisher.writable.getWriter();
      for (const tag of await clip()) await writer.write(tag);
      await until("all frames to have been sent", () => {
        const [ledger] = server.app.rtmp.ledger.current;
        const sent = ledger?.consumers.find(({ kind }) => kind === "rtmp-play")?.delivered;
        return sent?.audioFrames === 88 && sent.videoFrames === 60;
      });
      await end(server);
      await playing;
      await writer.close().catch(() => {});
      assertEquals(frames(tagsOf(await Deno.readFile(file))), await everything());
    },
  );
}

Deno.test(`players over HTTP, WebSocket and our own have the last frame at each of ${ENDS} ends`, async () => {
  await using server = await serve();
  const expected = await everything();
  for (let end = 1; end <= ENDS; end++) {
    const path = `live/end${end}`;
    const http = `http://127.0.0.1:${server.app.http!.port}/${path}.flv`;
    const playing = Promise.all([
      fetch(http).then(async (response) => tagsOf(await response.bytes())),
      webSocketTags(http.replace("http", "ws")),
      playRtmp(`${server.rtmp}/${path}`).then(({ readable }) => Array.fromAsync(readable)),
    ]);
    await server.hasPlayer(path, 3);
    await publish(`${server.rtmp}/${path}`);
    const got = await within("all players", playing);
    assertEquals(got.map(frames), [expected, expected, expected]);
  }
});

/** A server within this process, and a directory for what is played. */
interface TestServer extends AsyncDisposable {
  app: App;
  rtmp: string;
  directory: string;
  /** Waits until a path has so many players. */
  hasPlayer(path: string, count?: number): Promise<void>;
}

async function serve(): Promise<TestServer> {
  const app = await startTestApp();
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  return {
    app,
    directory,
    rtmp: `rtmp://127.0.0.1:${app.rtmp.addr.port}`,
    async hasPlayer(path, count = 1) {
      await until(`${count} players of ${path}`, async () => {
        const answer = await fetch(`http://127.0.0.1:${app.http!.port}/api/v1/connections`);
        const { connections } = await answer.json();
        const plays = connections.flatMap((one: { plays: { path: string }[] }) => one.plays);
        return plays.filter((play: { path: string }) => play.path === path).length === count;
      });
    },
    async [Symbol.asyncDispose]() {
      await app.shutdown();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Publishes the clip as fast as it is taken, and ends it. */
async function publish(url: string): Promise<void> {
  const { writable } = await publishRtmp(url);
  await ReadableStream.from(await clip()).pipeTo(writable);
}

/** Runs a program to its end; unless it may fail, it must say nothing. */
async function run(command: string, mustSucceed = true): Promise<void> {
  const [program, ...args] = command.split(" ");
  const child = new Deno.Command(program!, { args, stdin: "null" }).output();
  const { code, stdout, stderr } = await within(`${program} to end`, child);
  if (!mustSucceed) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assertEquals([command, code, said], [command, 0, ""]);
}

async function webSocketTags(url: string): Promise<FlvTag[]> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const messages: ArrayBuffer[] = [];
  socket.onmessage = ({ data }) => void messages.push(data);
  await new Promise((resolve) => socket.onclose = resolve);
  return tagsOf(new Uint8Array(await new Blob(messages).arrayBuffer()));
}

/** The times of the coded frames; all that a player may not change. */
function frames(tags: FlvTag[]): { video: number[]; audio: number[] } {
  const times = (kind: string) =>
    tags.filter(({ type, data }) => mediaKind(type, data) === kind).map(({ timestamp }) =>
      timestamp
    );
  return { video: times("videoFrames"), audio: times("audioFrames") };
}

async function everything() {
  return frames(await clip());
}

/** Without metadata: rtmpdump would take its duration for when the stream should have ended. */
async function clip(): Promise<FlvTag[]> {
  return mediaOf(await fixtureTags());
}
