/**
 * Pulls of which one waits for the other: none hangs, the log says why, and a stream that is really
 * published is brought in.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { playRtmp } from "../../../src/client/play.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { freePort } from "../../support/free_port.ts";
import { type HttpApp, startHttpApp } from "../../support/http.ts";
import { LiveEncoder } from "../../support/live_encoder.ts";
import { captureLog } from "../../support/log.ts";
import { until } from "../../support/wait.ts";

/** Waits in the log for a pull that would go round. */
async function refusals(log: { lines(level: "warning"): string[] }): Promise<void> {
  const pattern = /^Cannot pull live\/demo .*This stream comes from this server: /;
  await until("the log to say why", () => log.lines("warning").some((line) => pattern.test(line)));
}

/** Plays until some frames have come, which are those of the encoder. */
async function watch(app: HttpApp, encoder: LiveEncoder): Promise<void> {
  await using player = await playRtmp(`rtmp://127.0.0.1:${app.port}/live/demo`);
  const reader = player.readable.getReader();
  const frames: FlvTag[] = [];
  for (let next = await reader.read(); frames.length < 30; next = await reader.read()) {
    if (next.value?.type === "video") frames.push(next.value);
  }
  reader.releaseLock();
  const hex = ({ data }: FlvTag) => data.toHex();
  const sent = encoder.sent.map(hex);
  const first = sent.indexOf(hex(frames[0]!));
  assertEquals(frames.map(hex), sent.slice(first, first + frames.length));
}

Deno.test("a pull from itself says why nothing comes, and its players are answered", async () => {
  await using log = await captureLog();
  const port = freePort();
  await using app = await startHttpApp(
    ...["--port", `${port}`, "--pull", `live/demo=rtmp://localhost:${port}/live/demo`],
  );
  const response = await fetch(`${app.url}/live/demo.flv?wait=2`);
  assertEquals(response.status, 404);
  await response.body?.cancel();
  await refusals(log);
  using encoder = await LiveEncoder.start(app.port);
  await watch(app, encoder);
  encoder.end();
  await app.idle();
});

for (const size of [2, 3]) {
  Deno.test(`${size} servers that pull from each other say why nothing comes, and pull what is published`, async () => {
    await using log = await captureLog();
    await using stack = new AsyncDisposableStack();
    const ports = Array.from({ length: size }, () => freePort());
    const apps: HttpApp[] = [];
    for (const [i, port] of ports.entries()) {
      const from = ports[(i + 1) % size]!;
      apps.push(stack.use(
        await startHttpApp(
          ...["--port", `${port}`, "--pull", `live/demo=rtmp://127.0.0.1:${from}/live/demo`],
        ),
      ));
    }
    const response = await fetch(`${apps[0]!.url}/live/demo.flv?wait=3`);
    assertEquals(response.status, 404);
    await response.body?.cancel();
    await refusals(log);
    for (const app of apps) {
      using encoder = await LiveEncoder.start(app.port);
      await Promise.all(apps.map((viewed) => watch(viewed, encoder)));
      encoder.end();
      for (const { app: { rtmp } } of apps) {
        await until("the end of the stream", () => rtmp.publications.length === 0);
      }
    }
    for (const app of apps) await app.idle();
  });
}
