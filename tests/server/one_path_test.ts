/**
 * One path for every way of writing a URL, in each of the places where one is written.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { callApi, recordingDirectory, startApiApp } from "../support/api.ts";
import { flvBytes } from "../support/http.ts";
import { videoTag, videoTags } from "../support/media.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

/** What encoders and players make of `rtmp://host/live/demo` and of what people write instead. */
const SPELLINGS: [app: string, name: string][] = [
  ["live", "demo"],
  ["live/", "/demo"],
  ["live/demo", ""],
  ["live/demo?k=v", ""],
  ["live/demo", "?k=v"],
  ["", "live/demo"],
  ["live", "rtmp://host:1935/live/demo"],
  ["rtmp://host/live", "demo"],
  ["live", "demo\n"],
  ["live", "demo.flv"],
  ["live/_definst_", "%64emo"],
];

for (const [app, name] of SPELLINGS) {
  const where = `app ${JSON.stringify(app)} and name ${JSON.stringify(name)}`;
  Deno.test(`${where} publish live/demo, which all who ask for it find`, async () => {
    await using directory = await recordingDirectory();
    await using api = await startApiApp("--record-on-demand", directory.path, "--app", "/live/");
    using publisher = await RawClient.publish(api.port, name, app);
    publisher.sendTags(videoTags(3));
    const [publication] = api.app.rtmp.publications;
    assertEquals([publication!.app, publication!.name], ["live", "demo"]);

    const players: RawClient[] = [];
    for (const [playApp, playName] of SPELLINGS) {
      const player = await RawClient.open(api.port, playApp);
      players.push(player);
      player.send(writeCommand(STREAM_ID, "play", 0, null, playName));
      await until(`a frame as ${playApp} ${playName}`, () => frames(player) > 0);
    }
    const urls = ["live/demo", "//live/./demo", "live%2Fdemo", "live/%64emo.flv", " live / demo "];
    for (const url of urls) {
      const { status } = await fetch(`${api.url}/${encodeURI(url)}.flv`, { method: "HEAD" });
      assertEquals(status, 200, url);
      assertEquals((await api.call("GET", `streams/${encodeURI(url)}`)).body.path, "live/demo");
    }
    const recording = await api.call("POST", "recordings", { stream: "/live//demo/" });
    assertEquals([recording.status, recording.body.stream], [201, "live/demo"]);
    const push = { stream: "rtmp://host/live/demo", url: "rtmp://127.0.0.1:1/a/b" };
    assertEquals((await api.call("POST", "pushes", push)).body.stream, "live/demo");

    assertEquals((await api.call("DELETE", "streams/live//demo")).status, 204);
    await publisher.closed();
    for (const player of players) player[Symbol.dispose]();
    await api.idle();
  });

  Deno.test(`${where} are ended by FCUnpublish with any of its names`, async () => {
    await using api = await startApiApp();
    using client = await RawClient.publish(api.port, name, app);
    client.command("FCUnpublish", 4, null, name);
    await client.status("NetStream.Unpublish.Success");
    await api.idle();
  });
}

for (const [app, name] of [["demo", ""], ["", "demo"], ["", "/demo/"], ["demo", "?k=v"]]) {
  Deno.test(`app "${app}" and name "${name}" publish demo, which HTTP and RTMP find`, async () => {
    await using directory = await recordingDirectory();
    await using api = await startApiApp("--record", directory.path);
    using publisher = await RawClient.publish(api.port, name!, app);
    publisher.sendTags(videoTags(3));
    assertEquals((await fetch(`${api.url}/demo.flv`, { method: "HEAD" })).status, 200);
    const { body } = await api.call("GET", "streams/demo");
    assertEquals([body.path, body.app, body.name], ["demo", "", "demo"]);
    for (const [playApp, playName] of [["demo", ""], ["", "demo"]]) {
      using player = await RawClient.open(api.port, playApp);
      player.send(writeCommand(STREAM_ID, "play", 0, null, playName));
      await until("a frame", () => frames(player) > 0);
    }
    publisher.command("FCUnpublish", 4, null, name);
    await api.idle();
    const files = await Array.fromAsync(Deno.readDir(directory.path), ({ name }) => name);
    assertMatch(files.find((name) => name.endsWith(".flv"))!, /^demo-\d{8}T\d{6}Z\.flv$/);
  });
}

Deno.test("a name of one part can be published and watched over HTTP", async () => {
  await using api = await startApiApp();
  const watching = fetch(`${api.url}/demo.flv`);
  await until("the viewer", async () => {
    return (await api.call("GET", "connections")).body.connections.length === 1;
  });
  const body = flvBytes(videoTags(2));
  const answer = await fetch(`${api.url}/demo.flv`, { method: "PUT", body });
  assertEquals([answer.status, (await answer.json()).path], [201, "demo"]);
  assert((await (await watching).bytes()).length > 0);
});

const REFUSED: [app: string, name: string, description: RegExp][] = [
  ["", "", /has no name: use a stream key such as demo/],
  ["/", "?key=k", /has no name/],
  ["live", "../demo", /must not contain \.\.: use a server such as .* a stream key such as demo/],
];

for (const [app, name, description] of REFUSED) {
  Deno.test(`app "${app}" and name "${name}" are refused, and the description says what to write`, async () => {
    await using api = await startApiApp();
    using publisher = await RawClient.open(api.port, app);
    publisher.askToPublish(name);
    const denied = await publisher.status("NetStream.Publish.Denied");
    assertEquals(denied.level, "error");
    assertMatch(denied.description, description);
    await publisher.closed();
    using player = await RawClient.open(api.port, app);
    player.send(writeCommand(STREAM_ID, "play", 0, null, name));
    assertMatch((await player.status("NetStream.Play.Failed")).description, description);
    await player.closed();
    assertEquals(api.app.rtmp.ledger.refusals, { "invalid-name": 2 });
  });
}

const RESERVED: [app: string, name: string][] = [
  ["api", "demo"],
  ["/api/", "demo"],
  ["", "api/v1/demo"],
  ["api/v1", "demo"],
  ["%61pi", "demo"],
  ["live", "rtmp://host/live/../api/demo"],
  ["rtmp://host/api", "demo"],
  ["./api", "demo"],
  [" api", "demo"],
  ["api", ""],
];

Deno.test("the app api is reserved however it is written", async () => {
  await using api = await startApiApp();
  for (const [app, name] of RESERVED) {
    using publisher = await RawClient.open(api.port, app);
    publisher.askToPublish(name);
    const denied = await publisher.status("NetStream.Publish.Denied");
    assertMatch(denied.description, /reserved|\.\./, `${app} ${name}`);
    await publisher.closed();
  }
});

const ONLY_LIVE: [app: string, name: string, description: RegExp][] = [
  ["live", "", /use rtmp:\/\/host\/live and a stream key such as demo/],
  ["", "demo", /use rtmp:\/\/host\/live and a stream key such as demo/],
  ["other", "demo", /The app other is not served here/],
  ["live/inst", "demo", /The app live\/inst is not served here/],
  ["live", "inst/demo", /The app live\/inst is not served here/],
];

Deno.test("--app compares the app of the path, and says what to write", async () => {
  await using api = await startApiApp("--app", "live");
  for (const [app, name, description] of ONLY_LIVE) {
    using publisher = await RawClient.open(api.port, app);
    publisher.askToPublish(name);
    assertMatch((await publisher.status("NetStream.Publish.Denied")).description, description);
    await publisher.closed();
  }
});

/** 中文 and 文中 in GBK: as UTF-8, both are four bad bytes. */
const GBK = [[0xd6, 0xd0, 0xce, 0xc4], [0xce, 0xc4, 0xd6, 0xd0]].map((name) =>
  Uint8Array.from(name)
);

Deno.test("names that are not UTF-8 are streams of their own, over RTMP and HTTP", async () => {
  await using api = await startApiApp();
  using one = await RawClient.open(api.port);
  using two = await RawClient.open(api.port);
  for (const [i, client] of [one, two].entries()) {
    client.command("createStream", 2, null);
    client.send(withName(writeCommand(STREAM_ID, "publish", 3, null, "????", "live"), GBK[i]!));
    await client.status("NetStream.Publish.Start");
    client.sendTags([videoTag(0)]);
  }
  const paths = ["live/%D6%D0%CE%C4", "live/%CE%C4%D6%D0"];
  assertEquals(api.app.rtmp.publications.map(({ path }) => path), paths);
  for (const path of paths) {
    // As a browser of such a page writes it, and as the API has it.
    for (const url of [path, path.replaceAll("%", "%25")]) {
      const { status } = await fetch(`${api.url}/${url}.flv`, { method: "HEAD" });
      assertEquals(status, 200, url);
      assertEquals((await callApi(api.url, "GET", `streams/${url}`)).body.path, path);
    }
  }
  using player = await RawClient.open(api.port);
  player.send(withName(writeCommand(STREAM_ID, "play", 0, null, "????"), GBK[1]!));
  await until("the frame of the second", () => frames(player) > 0);
  one.send(withName(writeCommand(0, "FCUnpublish", 4, null, "????"), GBK[0]!));
  await one.status("NetStream.Unpublish.Success");
  assertEquals(two.ended, false);
});

/** A command with these bytes in the place of `????`. */
function withName(message: RtmpMessage, name: Uint8Array): RtmpMessage {
  const payload = new Uint8Array(message.payload);
  const at = payload.findIndex((byte, i) => byte === 0x3f && payload[i + 1] === 0x3f);
  payload.set(name, at);
  return { ...message, payload };
}

function frames({ messages }: RawClient): number {
  return messages.filter(({ typeId, payload }) => typeId === 9 && payload.length > 5).length;
}
