/**
 * An encoder that publishes what a pull brings in: the name is the encoder's for as long as it
 * publishes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { playRtmp } from "../../../src/client/play.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { startHttpApp } from "../../support/http.ts";
import { LiveEncoder } from "../../support/live_encoder.ts";
import { captureLog } from "../../support/log.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

for (
  const [flag, address] of [
    ["--pull", "127.0.0.1"],
    ["--pull", "127.0.0.2"],
    ["--pull-always", "127.0.0.2"],
  ] as const
) {
  Deno.test(`an encoder at ${address} takes the name of a ${flag}, which takes it up again after it`, async () => {
    await using log = await captureLog();
    await using origin = await startHttpApp();
    await using edge = await startHttpApp(
      ...[flag, `live/demo=rtmp://127.0.0.1:${origin.port}/live/demo`],
    );
    using there = await LiveEncoder.start(origin.port);
    const { readable } = await playRtmp(`rtmp://127.0.0.1:${edge.port}/live/demo`);
    const frames: FlvTag[] = [];
    const write = (tag: FlvTag) => void (tag.type === "video" && frames.push(tag));
    const watching = readable.pipeTo(new WritableStream({ write }));
    const seen = (encoder: LiveEncoder, what: string) => {
      const from = frames.length;
      return until(what, () => frames.slice(from).some((frame) => encoder.has(frame)));
    };
    await seen(there, "what is pulled");
    for (let round = 0; round < 2; round++) {
      using here = await LiveEncoder.start(edge.port, "demo", address);
      await seen(here, "the encoder's frames");
      const from = frames.length;
      await here.frames(50);
      assert(frames.slice(from).every((frame) => here.has(frame)));
      here.end();
      await seen(there, "what is pulled again");
    }
    assert(frames.every(({ timestamp }, i) => i === 0 || timestamp > frames[i - 1]!.timestamp));
    assertEquals(log.lines("warning").filter((line) => line.includes("live/demo")), []);
    there.end();
    await watching;
    await edge.idle();
  });
}

Deno.test("a pull does not take the name of an encoder, however silent that is", async () => {
  await using origin = await startHttpApp();
  await using edge = await startHttpApp(
    ...["--pull-always", `live/demo=rtmp://127.0.0.1:${origin.port}/live/demo`],
  );
  using here = await RawClient.publish(edge.port, "demo");
  using there = await LiveEncoder.start(origin.port);
  await there.frames(50);
  const [publication] = edge.app.rtmp.publications;
  assertEquals([publication?.relayed, here.ended], [false, false]);
});
