/**
 * Pulls whose origin dies, or the way to it: viewers stay, and the pull tries again.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { playRtmp } from "../../../src/client/play.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { startHttpApp } from "../../support/http.ts";
import { Link } from "../../support/link.ts";
import { captureLog } from "../../support/log.ts";
import { videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ServerProcess } from "../../support/server.ts";
import { until } from "../../support/wait.ts";

/** A player, and the times of the video frames that it has had. */
async function watch(url: string) {
  const { readable, closed } = await playRtmp(url);
  const times: number[] = [];
  const write = ({ type, timestamp }: FlvTag) => void (type === "video" && times.push(timestamp));
  const done = readable.pipeTo(new WritableStream({ write }));
  return { times, done, closed };
}

async function publish(port: number, from: number, frames: number): Promise<RawClient> {
  const encoder = await RawClient.publish(port, "demo");
  encoder.sendTags(Array.from({ length: frames }, (_, i) => videoTag(from + i)));
  return encoder;
}

for (const how of ["end", "reset"] as const) {
  Deno.test(`viewers of a pull stay when the way to its origin is cut by ${how}`, async () => {
    await using log = await captureLog();
    await using origin = await startHttpApp();
    await using link = await Link.open(origin.port);
    await using edge = await startHttpApp(
      ...["--pull", `live/demo=rtmp://127.0.0.1:${link.port}/live/demo`],
    );
    using encoder = await publish(origin.port, 0, 10);
    const viewer = await watch(`rtmp://127.0.0.1:${edge.port}/live/demo`);
    await until("the first frames", () => viewer.times.length === 10);
    link.cut(how);
    await until("another connection", () => link.connections === 2);
    encoder.sendTags([videoTag(50), videoTag(51)]);
    await until("frames after the cut", () => viewer.times.length >= 12);
    assert(viewer.times.every((time, i, all) => i === 0 || time > all[i - 1]!), `${viewer.times}`);
    const [line] = log.lines("warning").filter((line) => line.startsWith("Cannot pull live/demo"));
    assert(line?.endsWith("the connection ended; retrying in 0.0 s"), line);
    encoder.command("deleteStream", 0, null, 1);
    await Promise.all([viewer.done, viewer.closed]);
  });
}

Deno.test("viewers of a pull stay when its origin is killed and another takes its place", async () => {
  await using second = await startHttpApp();
  const first = await ServerProcess.start();
  await using link = await Link.open(first.port);
  await using edge = await startHttpApp(
    ...["--pull", `live/demo=rtmp://127.0.0.1:${link.port}/live/demo`],
  );
  using _lost = await publish(first.port, 0, 10);
  const viewer = await watch(`rtmp://127.0.0.1:${edge.port}/live/demo`);
  await until("the first frames", () => viewer.times.length === 10);
  using encoder = await publish(second.port, 1000, 5);
  link.target = second.port;
  first.kill("SIGKILL");
  await first.ended();
  await until("frames of the second origin", () => viewer.times.length === 15);
  encoder.command("deleteStream", 0, null, 1);
  await Promise.all([viewer.done, viewer.closed]);
});

Deno.test("viewers of a pull end when their stream does at its origin", async () => {
  await using origin = await startHttpApp();
  await using edge = await startHttpApp(
    ...["--pull", `live/demo=rtmp://127.0.0.1:${origin.port}/live/demo`],
  );
  using encoder = await publish(origin.port, 0, 10);
  const viewer = await watch(`rtmp://127.0.0.1:${edge.port}/live/demo`);
  await until("the first frames", () => viewer.times.length === 10);
  encoder.command("deleteStream", 0, null, 1);
  await Promise.all([viewer.done, viewer.closed]);
  assertEquals(viewer.times.length, 10);
});
