import { assert, assertEquals, assertRejects } from "@std/assert";
import { equals } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpError } from "../../src/errors.ts";
import { FlvDemuxerStream } from "../../src/flv/demuxer.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { isMedia, MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { readControlValue, setPeerBandwidth, userControl } from "../../src/message/control.ts";
import { writeCommand } from "../../src/message/command.ts";
import { fixtureTags, LARGE, largeTag, videoTag, videoTags } from "../support/media.ts";
import { collect, serveOnLoopback } from "../support/publications.ts";
import { type Script, ScriptedServer, STREAM_ID } from "../support/scripted_server.ts";
import { turns } from "../support/streams.ts";
import { stopped, until } from "../support/wait.ts";

/** So many {@linkcode largeTag}s that the buffers of a loopback connection do not take them. */
const A_LOT = 64;

Deno.test("publishRtmp() brings every tag to the server, byte for byte", async () => {
  const tags = videoTags(60, 5000);
  await using server = collect();
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${server.port}/live/inst/demo?key=1`);
  await ReadableStream.from(tags).pipeTo(publisher.writable);
  await publisher.closed;
  const { publication, tags: received } = await server.publication(0);
  assertEquals(publication.path, "live/inst/demo");
  assertEquals(publication.params.get("key"), "1");
  assertEquals(publication.tcUrl, `rtmp://127.0.0.1:${server.port}/live/inst`);
  assertEquals((await publication.closed).reason, "unpublished");
  assertEquals(await publication.metadata, { encoder: "test" });
  assertEquals(received, tags);
});

Deno.test("publishRtmp() restreams FLV bytes as they come", async () => {
  const tags = await fixtureTags();
  const file = await Deno.open(new URL("../fixtures/clip60.flv", import.meta.url));
  await using server = collect();
  const { writable } = await publishRtmp(`rtmp://127.0.0.1:${server.port}/live/demo`);
  await file.readable.pipeThrough(new FlvDemuxerStream()).pipeTo(writable);
  const { tags: received } = await server.publication(0);
  assertEquals(received, tags);
});

Deno.test("publishRtmp() says what it is, asks for everything, and says goodbye", async () => {
  let facts: Record<string, unknown> = {};
  let goodbye: string[] = [];
  const media: [number, number, Uint8Array][] = [];
  await using server = new ScriptedServer(async (end) => {
    facts = await end.connected();
    await end.answer("createStream", STREAM_ID);
    assertEquals((await end.command("publish")).args, ["demo?a=1", "record"]);
    await end.status("NetStream.Publish.Start");
    goodbye = await end.goodbye();
    const found = end.seen.filter(isMedia);
    media.push(
      ...found.map((m) => [m.typeId, m.timestamp, m.payload] as [number, number, Uint8Array]),
    );
  });
  const { writable } = await publishRtmp(server.url("demo?a=1"), { type: "record" });
  const metadata = encodeAmf0("onMetaData", { width: 1 });
  const cue = encodeAmf0("onCuePoint", { name: "x" });
  const writer = writable.getWriter();
  await writer.write({ type: "script", timestamp: 0, data: metadata });
  await writer.write({ type: "script", timestamp: 5, data: cue });
  await writer.write({ type: "audio", timestamp: 2 ** 32 + 7, data: Uint8Array.of(0xaf, 1, 2) });
  await writer.close();
  assertEquals(facts, {
    app: "live",
    type: "nonprivate",
    flashVer: "FMLE/3.0 (compatible; Sluice)",
    tcUrl: `rtmp://127.0.0.1:${server.port}/live`,
    objectEncoding: 0,
    fourCcList: ["*"],
    videoFourCcInfoMap: { "*": 4 },
    audioFourCcInfoMap: { "*": 4 },
    capsEx: 14,
  });
  const asked = ["connect", "releaseStream", "FCPublish", "createStream", "publish"];
  assertEquals(goodbye, [...asked, "FCUnpublish", "deleteStream"]);
  assertEquals(media, [
    [MessageType.DataAmf0, 0, Uint8Array.from([...encodeAmf0("@setDataFrame"), ...metadata])],
    [MessageType.DataAmf0, 5, cue],
    [MessageType.Audio, 7, Uint8Array.of(0xaf, 1, 2)],
  ]);
});

Deno.test("publishRtmp() gets along with servers that answer as they like", async (t) => {
  const started = { level: "status", code: "NetStream.Publish.Start", description: "" };
  const error = { level: "error", code: "NetConnection.Call.Failed", description: "what?" };
  const servers: Record<string, Script> = {
    "with transaction id 0": async (end) => {
      await end.handshake();
      await end.command("connect");
      await end.send(writeCommand(0, "onBWDone", 0, null));
      await end.send(
        writeCommand(0, "_result", 0, null, { code: "NetConnection.Connect.Success" }),
      );
      await end.command("createStream");
      await end.send(writeCommand(0, "_result", 0, null));
      await end.send(writeCommand(0, "_result", 0, null, STREAM_ID));
      await end.command("publish");
      await end.send(writeCommand(0, "onStatus", 0, null, started));
      await end.goodbye();
    },
    "with errors for what they do not know": async (end) => {
      await end.connected();
      for (const name of ["releaseStream", "FCPublish"]) {
        const { transactionId } = await end.command(name);
        await end.send(writeCommand(0, "_error", transactionId, null, error));
      }
      await end.answer("createStream", 7);
      await end.command("publish");
      await end.send(
        writeCommand(0, "onFCPublish", 0, null, started),
        bareName("onFCPublish"),
        writeCommand(7, "onStatus", 0, null, started),
      );
      await end.goodbye();
    },
  };
  for (const [name, script] of Object.entries(servers)) {
    await t.step(name, async () => {
      await using server = new ScriptedServer(script);
      const { writable, closed } = await publishRtmp(server.url());
      await writable.close();
      await closed;
    });
  }
});

Deno.test("publishRtmp() answers pings and honours the server's bandwidth", async () => {
  const answered = Promise.withResolvers<void>();
  await using server = new ScriptedServer(async (end) => {
    await end.begun("publish");
    await end.send(userControl(6, 1234), setPeerBandwidth(99_999));
    const pong = await end.message(({ typeId }) => typeId === MessageType.UserControl);
    assertEquals(pong.payload, Uint8Array.of(0, 7, 0, 0, 4, 210));
    const window = await end.message(({ typeId }) =>
      typeId === MessageType.WindowAcknowledgementSize
    );
    assertEquals(readControlValue(window), 99_999);
    answered.resolve();
    await end.goodbye();
  });
  const { writable } = await publishRtmp(server.url());
  await answered.promise;
  await writable.close();
});

Deno.test("publishRtmp() waits for a server that is slow, and is stopped by abort", async () => {
  await using server = new ScriptedServer(async (end) => {
    await end.begun("publish");
    await end.over;
  });
  const { writable, closed } = await publishRtmp(server.url());
  const writer = writable.getWriter();
  let written = 0;
  for (let i = 0; i < A_LOT; i++) {
    writer.write(largeTag(i)).then(() => written++, () => {});
  }
  assert(await stopped("the writes to stop", () => written) < A_LOT);
  await writer.abort(new Error("enough"));
  await assertRejects(() => closed, Error, "enough");
});

Deno.test("publishRtmp() delivers everything to a server that is slow", async () => {
  const tags = Array.from({ length: 24 }, (_, i) => largeTag(i));
  const received: FlvTag[] = [];
  await using server = serveOnLoopback({}, async (publication) => {
    for await (const tag of publication.tags) {
      await turns(2);
      received.push(tag);
    }
  });
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${server.addr.port}/live/demo`);
  await ReadableStream.from(tags).pipeTo(publisher.writable);
  await until("the last tag", () => received.length === tags.length);
  for (const [i, { timestamp, data }] of received.entries()) {
    assertEquals(timestamp, largeTag(i).timestamp);
    assert(equals(data, LARGE));
  }
});

Deno.test("publishRtmp() ends by close(), after which nothing can be written", async () => {
  await using server = collect();
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${server.port}/live/demo`);
  const writer = publisher.writable.getWriter();
  await writer.write(videoTag(0));
  await publisher.close();
  await publisher.closed;
  await assertRejects(() => writer.write(videoTag(1)), RtmpError, "has been closed");
  const { publication, tags } = await server.publication(0);
  assertEquals((await publication.closed).reason, "unpublished");
  assertEquals(tags, [videoTag(0)]);
});

/** A command that is but a name, as FFmpeg sends one when it is the server. */
function bareName(name: string): RtmpMessage {
  return { ...writeCommand(0, name, 0), payload: encodeAmf0(name) };
}
