import { assert, assertEquals, assertMatch } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { FlvReader, type HttpApp, startHttpApp } from "../support/http.ts";
import { captureLog } from "../support/log.ts";
import { fixtureTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";
import { watchWebSocket } from "../support/websocket.ts";

const isKind = (kind: string) => ({ type, data }: FlvTag) => mediaKind(type, data) === kind;

function frames(tags: FlvTag[]): [video: number, audio: number] {
  return [tags.filter(isKind("videoFrames")).length, tags.filter(isKind("audioFrames")).length];
}

/** Publishes to three viewers, loses the connection, and publishes something else. */
async function publishTwice(http: HttpApp, first: FlvTag[], second: FlvTag[]) {
  const watching = fetch(`${http.url}/live/demo.flv`);
  const ws = watchWebSocket(http.url);
  const played: FlvTag[] = [];
  const player = await playRtmp(`rtmp://127.0.0.1:${http.port}/live/demo`);
  const playing = player.readable.pipeTo(
    new WritableStream({ write: (tag) => void played.push(tag) }),
  );
  {
    using client = await RawClient.publish(http.port, "demo");
    const { ledger } = http.app.rtmp.publications[0]!;
    await until("three viewers", () => ledger.consumers.length === 3);
    client.sendTags(first);
    const all = () => ledger.consumers.every(({ delivered }) => delivered.videoFrames === 60);
    await until("all of the first publication", all);
    client.reset();
    await until("its end", () => http.app.rtmp.publications.length === 0);
  }
  const client = await RawClient.publish(http.port, "demo");
  client.sendTags(second);
  const reader = new FlvReader((await watching).body!);
  await until("the second publication", () => {
    return frames(played).join() === frames([...first, ...second]).join();
  });
  return { client, reader, ws, playing };
}

Deno.test("viewers whose header no longer fits end when the publisher is back without sound, and connect again", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp();
  const sent = await fixtureTags();
  const silent = sent.filter(({ type }) => type !== "audio");
  const { client, reader, ws, playing } = await publishTwice(http, sent, silent);
  await reader.done;
  assertEquals((await ws.closed).code, 1000);
  const [first, second] = frames(sent);
  for (const { tags, announced } of [reader, ws.reader]) {
    assertEquals(announced, "audio+video");
    const [video, audio] = frames(tags);
    // About a second of the picture came before it was clear that there is no sound.
    assert(video > first && video < first + 45, `${video}`);
    assertEquals(audio, second);
  }
  const lines = log.lines("info").filter((line) => line.includes("no longer watches"));
  for (const line of lines) {
    assertMatch(line, /The publisher reconnected with different audio; .*60|90/);
  }

  const again = new FlvReader((await fetch(`${http.url}/live/demo.flv`)).body!);
  await until("the picture", () => frames(again.tags)[0] > 0);
  assertEquals(again.announced, "video");
  client.command("FCUnpublish", 4, null, "demo");
  await Promise.all([again.done, playing]);
  client[Symbol.dispose]();
  await http.idle();
});

Deno.test("viewers stay when the publisher is back with the same media", async () => {
  await using http = await startHttpApp();
  const sent = await fixtureTags();
  const { client, reader, ws, playing } = await publishTwice(http, sent, sent);
  client.command("FCUnpublish", 4, null, "demo");
  await Promise.all([reader.done, ws.closed, ws.reader.done, playing]);
  const twice = frames([...sent, ...sent]);
  assertEquals([frames(reader.tags), frames(ws.reader.tags)], [twice, twice]);
  client[Symbol.dispose]();
  await http.idle();
});
