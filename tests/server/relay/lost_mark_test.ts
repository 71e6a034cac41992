/**
 * Pushes that lead back to their own stream, over servers that do not pass on which relays it has
 * passed: the stream is known again by its frames.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { playRtmp } from "../../../src/client/play.ts";
import { publishRtmp } from "../../../src/client/publish.ts";
import { writeCommand } from "../../../src/message/command.ts";
import { RtmpCommandError } from "../../../src/errors.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { type ApiApp, startApiApp } from "../../support/api.ts";
import { freePort } from "../../support/free_port.ts";
import { LiveEncoder } from "../../support/live_encoder.ts";
import { captureLog } from "../../support/log.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { NGINX_RTMP_MODULE, startNginx } from "../../support/nginx.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import { toolTest } from "../../support/tools.ts";
import { until } from "../../support/wait.ts";

/** The name is left out where it is that of the push's target, too. */
const LOOP = /This stream comes from this server: live\/(demo|…) was relayed by this server/;

/** The video frames that the stream has received; `undefined` if it is not live. */
async function received(app: ApiApp): Promise<number | undefined> {
  const { status, body } = await app.call("GET", "streams/live/demo");
  return status === 200 ? body.ledger.received.videoFrames : undefined;
}

async function push(app: ApiApp, url: string): Promise<void> {
  assertEquals((await app.call("POST", "pushes", { stream: "live/demo", url })).status, 201);
}

async function lastErrors(app: ApiApp): Promise<(string | null)[]> {
  const { body } = await app.call("GET", "pushes");
  return body.pushes.map(({ lastError }: { lastError: string | null }) => lastError);
}

/** All that the encoder has sent has been received, and nothing else; then the stream ends. */
async function endsAlone(app: ApiApp, encoder: LiveEncoder): Promise<void> {
  await encoder.frames(50);
  encoder.pause();
  await until("all frames", async () => await received(app) === encoder.sent.length);
  encoder.end();
  await until("the end of the stream", async () => await received(app) === undefined);
}

await toolTest(
  ["nginx", NGINX_RTMP_MODULE],
  "a push that nginx pushes back is found by its frames, and set aside",
  async () => {
    const port = freePort();
    await using nginx = await startNginx({
      live: `live on; push_reconnect 100ms; push rtmp://127.0.0.1:${port}/live;`,
    });
    await using app = await startApiApp("--port", `${port}`);
    await push(app, nginx.url("live/demo"));
    using encoder = await LiveEncoder.start(app.port);
    await until("the push to be set aside", async () => {
      const [error] = await lastErrors(app);
      return error !== null && LOOP.test(error!);
    });
    const { body: { pushes: [{ state }] } } = await app.call("GET", "pushes");
    assertEquals(state, "retrying");
    await endsAlone(app, encoder);
    using next = await LiveEncoder.start(app.port);
    await endsAlone(app, next);
    await app.idle();
  },
);

/** Publishes to `to` what it plays from `from`, without a mark, until that is refused. */
async function relay(from: string, to: string): Promise<void> {
  const player = await playRtmp(from);
  const publisher = await publishRtmp(to);
  await assertRejects(() => player.readable.pipeTo(publisher.writable), RtmpCommandError);
}

Deno.test("a program that plays a pushed stream elsewhere does not get the stream's name for it", async () => {
  await using log = await captureLog();
  await using there = await startApiApp();
  await using app = await startApiApp();
  const url = (app: ApiApp) => `rtmp://127.0.0.1:${app.port}/live/demo`;
  await push(app, url(there));
  using encoder = await LiveEncoder.start(app.port);
  await until("the stream there", () => received(there));
  await encoder.frames(30);
  // It begins with what is kept for newcomers there: frames of before.
  await relay(url(there), url(app));
  await until("the push to be set aside", async () => LOOP.test((await lastErrors(app))[0] ?? ""));
  assertMatch(log.lines("warning").find((line) => LOOP.test(line))!, /was refused live\/demo/);
  await endsAlone(app, encoder);
  await app.idle();
});

Deno.test("with several pushes, all of them say so, and those that are not it go on", async () => {
  await using there = await startApiApp();
  await using elsewhere = await startApiApp();
  await using app = await startApiApp();
  const url = (app: ApiApp) => `rtmp://127.0.0.1:${app.port}/live/demo`;
  await push(app, url(there));
  await push(app, url(elsewhere));
  using encoder = await LiveEncoder.start(app.port);
  await until(
    "the stream on both",
    async () => await received(there) !== undefined && await received(elsewhere) !== undefined,
  );
  await relay(url(there), url(app));
  await until(
    "both to say so",
    async () => (await lastErrors(app)).every((error) => LOOP.test(error ?? "")),
  );
  const { body } = await app.call("GET", "pushes");
  assertEquals(body.pushes.map(({ state }: { state: string }) => state), ["live", "live"]);
  await endsAlone(app, encoder);
  await app.idle();
});

Deno.test("a publisher without a frame does not get the name of a stream that is pushed", async () => {
  await using there = await startApiApp();
  await using app = await startApiApp();
  await push(app, `rtmp://127.0.0.1:${there.port}/live/demo`);
  using encoder = await LiveEncoder.start(app.port);
  await until("the stream there", () => received(there));
  using empty = await RawClient.publish(app.port, "demo");
  const header = { type: "video", timestamp: 0, data: Uint8Array.of(0x17, 0, 0, 0, 0, 1) } as const;
  empty.sendTags([header]);
  await encoder.frames(30);
  encoder.end();
  await until("the end of the stream", async () => await received(app) === undefined);
  assertEquals(empty.ended, false);
  // With its first frame it is a publisher like any other.
  empty.sendTags([videoTag(0)]);
  await until("its frame", async () => await received(app) === 1);
});

for (
  const [what, leave] of [
    ["killed", (encoder: LiveEncoder) => encoder[Symbol.dispose]()],
    ["lost, without a word to the server", (encoder: LiveEncoder) => encoder.pause()],
  ] as const
) {
  Deno.test(`an encoder that was ${what} gets the name of a pushed stream again, with the same clip`, async () => {
    await using there = await startApiApp();
    await using app = await startApiApp();
    await push(app, `rtmp://127.0.0.1:${there.port}/live/demo`);
    using encoder = await LiveEncoder.start(app.port);
    await until("the stream there", () => received(there));
    leave(encoder);
    const clip: FlvTag[] = [...encoder.sent];
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    using again = await RawClient.publish(app.port, "demo");
    again.sendTags(clip);
    await until("the clip", async () => await received(app) === clip.length);
    assertEquals(await lastErrors(app), [null]);
    assertEquals(again.ended, false);
  });
}

/** A push to another server, and an encoder whose stream is there. */
async function pushed(app: ApiApp, there: ApiApp): Promise<LiveEncoder> {
  await push(app, `rtmp://127.0.0.1:${there.port}/live/demo`);
  const encoder = await LiveEncoder.start(app.port);
  await until("the stream there", () => received(there));
  return encoder;
}

Deno.test("a stream that comes back transcoded does not take the name from its encoder", async () => {
  await using there = await startApiApp();
  await using app = await startApiApp();
  using encoder = await pushed(app, there);
  using transcoder = await RawClient.publish(app.port, "demo");
  transcoder.sendTags([videoTag(0), videoTag(1)]);
  const { description } = await transcoder.status("NetStream.Publish.BadName");
  assertMatch(
    description,
    /sending live\/demo, which this server relays: end that publisher first/,
  );
  await transcoder.closed();
  assertEquals(await lastErrors(app), [null]);
  await endsAlone(app, encoder);
  // Once the encoder has ended, the name is free for others.
  using other = await LiveEncoder.start(app.port);
  await endsAlone(app, other);
  await app.idle();
});

Deno.test("a connection may publish a pushed stream anew", async () => {
  await using there = await startApiApp();
  await using app = await startApiApp();
  using encoder = await pushed(app, there);
  const second = STREAM_ID + 1;
  encoder.client.command("createStream", 9, null);
  encoder.client.send(
    writeCommand(second, "publish", 10, null, "demo", "live"),
    mediaMessage(videoTag(0), second),
  );
  await until("its frame", async () => await received(app) === 1);
});

Deno.test("a stream that is pushed to and pulled from one server does not loop when its encoder is killed", async () => {
  await using log = await captureLog();
  await using there = await startApiApp();
  const url = `rtmp://127.0.0.1:${there.port}/live/demo`;
  await using app = await startApiApp("--pull", `live/demo=${url}`);
  await push(app, url);
  const encoder = await LiveEncoder.start(app.port);
  await until("the stream there", () => received(there));
  await using player = await playRtmp(`rtmp://127.0.0.1:${app.port}/live/demo`);
  let frames = 0;
  const write = ({ type }: FlvTag) => void (type === "video" && frames++);
  const watching = player.readable.pipeTo(new WritableStream({ write }));
  await encoder.frames(30);
  encoder[Symbol.dispose]();
  await until("the pull to be refused", () => log.lines("warning").some((line) => LOOP.test(line)));
  // Nothing is left to go round, and the viewer's wait is over.
  await watching;
  assert(frames <= encoder.sent.length, `${frames} of ${encoder.sent.length}`);
  for (const one of [app, there]) {
    await until("the end of the stream", async () => await received(one) === undefined);
  }
});
