import { assert, assertEquals, assertRejects } from "@std/assert";
import { equals } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpChunkError, RtmpCommandError, RtmpTimeoutError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { setChunkSize, userControl, windowAcknowledgementSize } from "../../src/message/control.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import {
  fixtureTags,
  LARGE,
  largeTag,
  mediaMessage,
  videoTag,
  videoTags,
} from "../support/media.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { type Script, ScriptedServer, STREAM_ID } from "../support/scripted_server.ts";
import { readAll, turns } from "../support/streams.ts";
import { stopped, until } from "../support/wait.ts";

Deno.test("playRtmp() gets every tag of a server, byte for byte, and its end", async () => {
  const tags = videoTags(60, 5000);
  await using server = serveOnLoopback({
    play: () => ({ tags: ReadableStream.from(tags), pause() {}, receive() {} }),
  }, () => {});
  const { readable, closed } = await playRtmp(`rtmp://127.0.0.1:${server.addr.port}/live/demo`);
  assertEquals(await Array.fromAsync(readable), tags);
  await closed;
});

Deno.test("playRtmp() and publishRtmp() relay from one server to another", async () => {
  const tags = await fixtureTags();
  const received: FlvTag[] = [];
  await using from = serveOnLoopback({
    play: () => ({ tags: ReadableStream.from(tags), pause() {}, receive() {} }),
  }, () => {});
  await using to = serveOnLoopback({}, async (publication) => {
    for await (const tag of publication.tags) received.push(tag);
  });
  const player = await playRtmp(`rtmp://127.0.0.1:${from.addr.port}/live/demo`);
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${to.addr.port}/live/copy`);
  await player.readable.pipeTo(publisher.writable);
  await until("the last tag", () => received.length === tags.length);
  assertEquals(received, tags);
});

Deno.test("playRtmp() asks for a live stream, and says goodbye", async () => {
  let goodbye: string[] = [];
  await using server = new ScriptedServer(async (end) => {
    const { fourCcList, capsEx, videoCodecs, type } = await end.connected();
    assertEquals([fourCcList, capsEx, videoCodecs, type], [["*"], 14, 255, undefined]);
    await end.answer("createStream", STREAM_ID);
    const bufferLength = await end.message(({ typeId }) => typeId === MessageType.UserControl);
    assertEquals(bufferLength.payload, Uint8Array.of(0, 3, 0, 0, 0, 1, 0, 0, 0x0b, 0xb8));
    assertEquals((await end.command("play")).args, ["demo?a=1", -2000]);
    await end.status("NetStream.Play.Reset");
    await end.status("NetStream.Play.Start");
    goodbye = await end.goodbye();
  });
  const player = await playRtmp(server.url("demo?a=1"));
  await player.close();
  await player.closed;
  assertEquals(goodbye, ["connect", "createStream", "play", "deleteStream"]);
  assertEquals(await Array.fromAsync(player.readable), []);
});

Deno.test("playRtmp() ends gracefully, however a server says that it is the end", async (t) => {
  const ends: Record<string, Script> = {
    "UnpublishNotify": (end) => end.status("NetStream.Play.UnpublishNotify"),
    "Stop": (end) => end.status("NetStream.Play.Stop"),
    "Complete": (end) => end.status("NetStream.Play.Complete"),
    "Complete, as data": (end) =>
      end.send(data(encodeAmf0("onPlayStatus", { code: "NetStream.Play.Complete" }))),
    "Stream EOF": (end) => end.send(userControl(1, STREAM_ID)),
    "deleteStream": (end) => end.send(writeCommand(0, "deleteStream", 0, null, STREAM_ID)),
  };
  for (const [name, script] of Object.entries(ends)) {
    await t.step(name, async () => {
      await using server = new ScriptedServer(async (end) => {
        await end.begun("play");
        await end.send(mediaMessage(videoTag(0)), userControl(1, STREAM_ID + 1));
        await end.send(mediaMessage(videoTag(1)));
        await script(end, 1);
        await end.goodbye();
      });
      const { readable, closed } = await playRtmp(server.url());
      assertEquals(await Array.fromAsync(readable), [videoTag(0), videoTag(1)]);
      await closed;
    });
  }
});

Deno.test("playRtmp() leaves out what is no part of the stream, and takes it from any id", async () => {
  const metadata = encodeAmf0("onMetaData", { width: 1 });
  await using server = new ScriptedServer(async (end) => {
    await end.created();
    await end.command("play");
    // Media and no word that playing begins, on message stream 0, as Node-Media-Server sends it.
    await end.send(
      userControl(0, STREAM_ID),
      data(encodeAmf0("|RtmpSampleAccess", true, true)),
      data(encodeAmf0("onStatus", { code: "NetStream.Data.Start" })),
      data(encodeAmf0("onPlayStatus", { code: "NetStream.Play.Switch" })),
      mediaMessage({ type: "script", timestamp: 0, data: metadata }, 0),
      mediaMessage(videoTag(0), 0),
      data(Uint8Array.of(1, 2, 3), 99),
      mediaMessage(videoTag(1), STREAM_ID),
    );
    await end.status("NetStream.Play.Start");
    await end.send(mediaMessage(videoTag(2)));
    await end.status("NetStream.Play.UnpublishNotify");
    await end.goodbye();
  });
  const { readable } = await playRtmp(server.url());
  assertEquals(await Array.fromAsync(readable), [
    { type: "script", timestamp: 0, data: metadata },
    videoTag(0),
    videoTag(1),
    videoTag(2),
  ]);
});

Deno.test("playRtmp() acknowledges by the server's window", async () => {
  const acknowledged: number[] = [];
  await using server = new ScriptedServer(async (end) => {
    await end.begun("play");
    await end.send(windowAcknowledgementSize(20_000), setChunkSize(4096));
    for (let i = 0; i < 5; i++) {
      await end.send(mediaMessage(videoTag(i, 10_000)));
      const { payload } = await end.message(({ typeId }) => typeId === MessageType.Acknowledgement);
      acknowledged.push(new DataView(payload.buffer, payload.byteOffset).getUint32(0));
    }
    await end.status("NetStream.Play.UnpublishNotify");
    await end.goodbye();
  });
  const { readable } = await playRtmp(server.url());
  assertEquals((await Array.fromAsync(readable)).length, 5);
  const steps = acknowledged.slice(1).map((bytes, i) => bytes - acknowledged[i]!);
  assertEquals(steps.every((bytes) => bytes >= 10_000 && bytes < 10_100), true, `${acknowledged}`);
});

Deno.test("playRtmp() rejects with the reason of a refusal", async () => {
  const code = "NetStream.Play.StreamNotFound";
  for (const level of ["error", "status"]) {
    await using server = new ScriptedServer(async (end) => {
      await end.created();
      await end.command("play");
      await end.status(code, level, "There is no demo");
    });
    const error = await assertRejects(() => playRtmp(server.url()), RtmpCommandError);
    assertEquals([error.statusCode, error.read], [code, "There is no demo"]);
  }
});

Deno.test("playRtmp() fails after the last tag when the server goes wrong", async (t) => {
  const servers: Record<string, [Script, new (...args: never[]) => Error, string]> = {
    "by its own word": [
      (end) => end.status("NetStream.Play.Failed", "error", "The disk is broken"),
      RtmpCommandError,
      "Cannot continue playing from",
    ],
    "by bytes that are no chunks": [
      (end) => end.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff)),
      RtmpChunkError,
      "Cannot",
    ],
  };
  for (const [name, [script, type, text]] of Object.entries(servers)) {
    await t.step(name, async () => {
      await using server = new ScriptedServer(async (end) => {
        await end.begun("play");
        await end.send(...Array.from({ length: 50 }, (_, i) => mediaMessage(videoTag(i))));
        await script(end, 1);
      });
      const { readable, closed } = await playRtmp(server.url());
      const { items, error } = await readAll(readable, () => turns(1));
      assertEquals(items.length, 50);
      await assertRejects(() => Promise.reject(error), type, text);
      assertEquals(await closed.catch((reason) => reason), error);
    });
  }
});

Deno.test("playRtmp() stops the server when its tags are not read, and loses nothing", async () => {
  const total = 48;
  let sent = 0;
  await using server = new ScriptedServer(async (end) => {
    await end.begun("play");
    await end.send(setChunkSize(65536));
    const goodbye = end.goodbye();
    for (; sent < total; sent++) await end.send(mediaMessage(largeTag(sent)));
    await end.status("NetStream.Play.Stop");
    await goodbye;
  });
  const { readable } = await playRtmp(server.url());
  assert(await stopped("the server to stop", () => sent) < total);
  let count = 0;
  for await (const { timestamp, data } of readable) {
    assertEquals(timestamp, largeTag(count++).timestamp);
    assert(equals(data, LARGE));
  }
  assertEquals(count, total);
});

Deno.test("playRtmp() closes the connection gracefully when its reader cancels", async () => {
  let goodbye: string[] = [];
  await using server = new ScriptedServer(async (end) => {
    await end.begun("play");
    await end.send(...videoTags(3).map((tag) => mediaMessage(tag)));
    goodbye = await end.goodbye();
  });
  const { readable, closed } = await playRtmp(server.url());
  for await (const tag of readable) {
    assertEquals(tag.type, "script");
    break;
  }
  await closed;
  assertEquals(goodbye.at(-1), "deleteStream");
});

Deno.test("playRtmp() is stopped by its signal while it waits for a tag", async () => {
  const controller = new AbortController();
  await using server = new ScriptedServer(async (end) => {
    await end.begun("play");
    await end.over;
  });
  const { readable, closed } = await playRtmp(server.url(), { signal: controller.signal });
  const reading = Array.fromAsync(readable);
  const reason = new Error("no longer wanted");
  controller.abort(reason);
  assertEquals(await reading.catch((error) => error), reason);
  assertEquals(await closed.catch((error) => error), reason);
});

Deno.test("playRtmp() times out when a stream does not begin", async () => {
  await using server = new ScriptedServer(async (end) => {
    await end.created();
    await end.command("play");
    await end.over;
  });
  await assertRejects(
    () => playRtmp(server.url(), { timeout: 100 }),
    RtmpTimeoutError,
    `Cannot play from 127.0.0.1:${server.port}/live: no answer for 0.1 s`,
  );
});

/** A data message of the server. */
function data(payload: Uint8Array, typeId: number = MessageType.DataAmf0): RtmpMessage {
  return { chunkStreamId: 5, messageStreamId: STREAM_ID, typeId, timestamp: 0, payload };
}
