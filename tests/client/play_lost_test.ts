/**
 * Connections that die under a player: an error after the last tag that came, not the end of the
 * stream.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { RtmpError, RtmpTimeoutError } from "../../src/errors.ts";
import { userControl } from "../../src/message/control.ts";
import { Link } from "../support/link.ts";
import { mediaMessage, videoTag, videoTags } from "../support/media.ts";
import { ScriptedServer, type ServerEnd } from "../support/scripted_server.ts";
import { readAll, turns } from "../support/streams.ts";
import { until } from "../support/wait.ts";

const TAGS = videoTags(50);

async function sendAll(end: ServerEnd): Promise<void> {
  await end.begun("play");
  await end.send(...TAGS.map((tag) => mediaMessage(tag)));
}

Deno.test("playRtmp() fails after the last tag when the server closes without a word", async () => {
  await using server = new ScriptedServer(sendAll);
  const { readable, closed } = await playRtmp(server.url());
  const { items, error } = await readAll(readable, () => turns(1));
  assertEquals(items, TAGS);
  const text = "Cannot continue playing from";
  await assertRejects(() => Promise.reject(error), RtmpError, text);
  assertEquals(await closed.catch((reason) => reason), error);
});

for (const how of ["end", "reset"] as const) {
  Deno.test(`playRtmp() fails after the last tag when the way is cut by ${how}`, async () => {
    await using server = new ScriptedServer(async (end) => {
      await sendAll(end);
      await end.over;
    });
    await using link = await Link.open(server.port);
    const { readable, closed } = await playRtmp(`rtmp://127.0.0.1:${link.port}/live/demo`);
    let count = 0;
    const reading = readAll(readable, () => Promise.resolve(void count++));
    await until("the last tag", () => count > TAGS.length);
    link.cut(how);
    const { items, error } = await reading;
    assertEquals(items, TAGS);
    await assertRejects(() => Promise.reject(error), RtmpError, "Cannot continue playing from");
    assertEquals(await closed.catch((reason) => reason), error);
  });
}

Deno.test("playRtmp() waits as long for a silent server as idleTimeout says", async () => {
  await using server = new ScriptedServer(async (end) => {
    await sendAll(end);
    await end.over;
  });
  const { readable, closed } = await playRtmp(server.url(), { idleTimeout: 100 });
  const { items, error } = await readAll(readable);
  assertEquals(items, TAGS);
  await assertRejects(() => Promise.reject(error), RtmpTimeoutError, "nothing received for 0.1 s");
  assertEquals(await closed.catch((reason) => reason), error);
});

Deno.test("playRtmp() takes any byte for a sign of life, and time in which nothing is read for none", async () => {
  await using server = new ScriptedServer(async (end) => {
    await end.begun("play");
    // Longer than the limit in all, never longer at once.
    for (let i = 0; i < 8; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await end.send(userControl(6, i));
    }
    await end.send(mediaMessage(videoTag(0)));
    await end.status("NetStream.Play.UnpublishNotify");
    await end.goodbye();
  });
  const { readable, closed } = await playRtmp(server.url(), { idleTimeout: 600 });
  // Nothing is read at first.
  await new Promise((resolve) => setTimeout(resolve, 900));
  assertEquals(await Array.fromAsync(readable), [videoTag(0)]);
  await closed;
});
