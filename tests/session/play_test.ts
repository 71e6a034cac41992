import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { RtmpLimitError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { filled } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { FakeProgram, type FakeSource } from "./fake_program.ts";
import type { MemorySessionOptions } from "./memory_session.ts";
import { Peer } from "./peer.ts";

const PLAY = ["StreamBegin", "NetStream.Play.Reset", "NetStream.Play.Start", "|RtmpSampleAccess"];

/** A peer that plays on message stream 1, and what it plays. */
async function play(
  options: MemorySessionOptions = {},
): Promise<{ peer: Peer; source: FakeSource }> {
  const peer = await Peer.connect(options);
  peer.streamCommand(1, "play", "demo");
  await peer.settled();
  return { peer, source: peer.program.sources[0]! };
}

const mediaOf = (messages: RtmpMessage[]) =>
  messages.filter(({ typeId }) => typeId === MessageType.Audio || typeId === MessageType.Video);

Deno.test("play is answered by StreamBegin, Reset, Start and sample access, then media", async () => {
  const { peer, source } = await play();
  const metadata: FlvTag = {
    type: "script",
    timestamp: 0,
    data: encodeAmf0("onMetaData", { width: 16 }),
  };
  const audio: FlvTag = { type: "audio", timestamp: 20, data: filled(5000) };
  source.show(metadata, videoTag(0), audio);
  await peer.settled();
  assertEquals(peer.heard, [...PLAY, "onMetaData", "video", "audio"]);
  assertEquals(
    peer.messages.map(({ chunkStreamId, messageStreamId }) => [chunkStreamId, messageStreamId]),
    [[2, 0], [5, 1], [5, 1], [5, 1], [8, 1], [7, 1], [6, 1]],
  );
  assertEquals(peer.messages[0]!.payload, Uint8Array.of(0, 0, 0, 0, 0, 1));
  assertEquals(peer.messages[3]!.payload, encodeAmf0("|RtmpSampleAccess", true, true));
  assertEquals(peer.messages[5]!.payload, videoTag(0).data);
  const { payload, timestamp } = peer.messages[6]!;
  assertEquals([payload, timestamp], [audio.data, audio.timestamp]);
  const [{ kind, app, name }] = peer.program.requests as [never];
  assertEquals([kind, app, name], ["play", "live", "demo"]);
});

Deno.test("a played tag has the low 32 bits of its time", async () => {
  const { peer, source } = await play();
  const times = [0, 0xfffffe, 0xffffff, 0x1000000, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 5];
  source.show(...times.map((timestamp) => ({ ...videoTag(0), timestamp })));
  await peer.settled();
  const heard = mediaOf(peer.messages).map(({ timestamp }) => timestamp);
  assertEquals(heard, times.map((time) => time % 2 ** 32));
});

Deno.test("a stream that ends is announced, and the connection stays open for another", async () => {
  const { peer, source } = await play();
  source.show(videoTag(0));
  source.end();
  await peer.settled();
  assertEquals(peer.heard.slice(4), [
    "video",
    // What it takes for `rtmp2src` to have read the frame before it.
    "|RtmpSampleAccess",
    "NetStream.Play.UnpublishNotify",
    "StreamEof",
    "NetStream.Play.Stop",
  ]);
  assert(!peer.ended);
  assert(!peer.session.watches);
  peer.messages.length = 0;
  peer.streamCommand(1, "play", "other");
  await peer.settled();
  assertEquals(peer.heard, PLAY);
});

Deno.test("pause is passed to the source and answered", async () => {
  const { peer, source } = await play();
  peer.streamCommand(1, "pause", true, 1000);
  peer.streamCommand(1, "pause", false, 1000);
  peer.streamCommand(1, "pauseRaw", true);
  await peer.settled();
  assertEquals(source.told, ["paused", "unpaused", "paused"]);
  assertEquals(peer.heard.slice(4), [
    "NetStream.Pause.Notify",
    "StreamEof",
    "NetStream.Unpause.Notify",
    "StreamBegin",
    "NetStream.Pause.Notify",
    "StreamEof",
  ]);
});

Deno.test("timestamps of a player leave out the time in which it was paused", async () => {
  const { peer, source } = await play();
  source.show(videoTag(0), videoTag(1));
  await peer.settled();
  peer.streamCommand(1, "pause", true, 40);
  await peer.settled();
  assert(peer.session.isPaused);
  // One that was on its way when the player paused.
  source.show(videoTag(2));
  await peer.settled();
  peer.streamCommand(1, "pause", false, 40);
  await peer.settled();
  assert(!peer.session.isPaused);
  source.show(videoTag(500), videoTag(501));
  await peer.settled();
  assertEquals(mediaOf(peer.messages).map(({ timestamp }) => timestamp), [0, 40, 80, 120, 160]);
});

Deno.test("a connection is paused when all that it plays is, and nothing is published", async () => {
  const { peer } = await play();
  peer.streamCommand(2, "play", "other");
  peer.streamCommand(1, "pause", true);
  await peer.settled();
  assert(!peer.session.isPaused);
  peer.streamCommand(2, "pause", true);
  await peer.settled();
  assert(peer.session.isPaused);
  peer.publish(3, "own");
  await peer.settled();
  assert(!peer.session.isPaused);
});

Deno.test("receiveAudio and receiveVideo are answered only when they are true", async () => {
  const { peer, source } = await play();
  peer.streamCommand(1, "receiveAudio", false);
  peer.streamCommand(1, "receiveVideo", false);
  await peer.settled();
  assertEquals(peer.heard.slice(4), []);
  peer.streamCommand(1, "receiveVideo", true);
  await peer.settled();
  assertEquals(peer.heard.slice(4), ["NetStream.Seek.Notify", "NetStream.Play.Start"]);
  assertEquals(source.told, ["audio false", "video false", "video true"]);
});

Deno.test("seek fails, and playing goes on", async () => {
  const { peer, source } = await play();
  peer.streamCommand(1, "seek", 5000);
  await peer.settled();
  source.show(videoTag(0));
  await peer.settled();
  assertEquals(peer.heard.slice(4), ["NetStream.Seek.Failed", "video"]);
});

Deno.test("a player that is disconnected receives the reason after its last frame", async () => {
  const { peer, source } = await play();
  source.show(videoTag(0));
  await peer.settled();
  void peer.session.close("NetConnection.Connect.AppShutdown", "The server is shutting down");
  assertEquals(await peer.sessionEnd, {});
  assertEquals(peer.heard.slice(4), [
    "video",
    "|RtmpSampleAccess",
    "NetConnection.Connect.AppShutdown",
    "NetConnection.Connect.AppShutdown",
  ]);
  assertEquals(peer.messages[5]!.timestamp, 0);
  assertEquals(peer.messages[5]!.messageStreamId, 1);
});

for (const command of ["closeStream", "deleteStream"]) {
  Deno.test(`${command} ends playing, and the source is left`, async () => {
    const { peer, source } = await play();
    peer.streamCommand(1, command, 1);
    await peer.settled();
    assertEquals(peer.heard.slice(4), ["NetStream.Play.Stop"]);
    assertEquals(source.told, ["left"]);
    assert(!peer.session.watches);
    peer.streamCommand(1, "play", "demo");
    await peer.settled();
    assertEquals(peer.heard.slice(5), PLAY);
  });
}

Deno.test("a second play takes the place of the first", async () => {
  const { peer, source } = await play();
  peer.streamCommand(1, "play", "other");
  await peer.settled();
  assertEquals(source.told, ["left"]);
  peer.program.sources[1]!.show(videoTag(3));
  await peer.settled();
  assertEquals(mediaOf(peer.messages).map(({ timestamp }) => timestamp), [120]);
  assertEquals(peer.program.requests.map(({ name }) => name), ["demo", "other"]);
});

Deno.test("play2 plays the name in its parameters", async () => {
  const peer = await Peer.connect();
  for (const parameters of [{ streamName: "demo?k=1", start: -2 }, null, "demo", { a: 1 }]) {
    peer.streamCommand(1, "play2", parameters);
  }
  await peer.settled();
  assertEquals(peer.program.requests.map(({ name }) => name), ["demo", "live", "live", "live"]);
});

Deno.test("each message stream plays its own", async () => {
  const peer = await Peer.connect();
  peer.streamCommand(1, "play", "one");
  peer.streamCommand(2, "play", "two");
  await peer.settled();
  peer.messages.length = 0;
  const [one, two] = peer.program.sources;
  one!.show(videoTag(0));
  two!.show(videoTag(1));
  await peer.settled();
  peer.streamCommand(1, "closeStream");
  await peer.settled();
  two!.show(videoTag(2));
  await peer.settled();
  assertEquals(
    mediaOf(peer.messages).map((
      { messageStreamId, timestamp, payload },
    ) => [messageStreamId, timestamp, payload]),
    [[1, 0, videoTag(0).data], [2, 40, videoTag(1).data], [2, 80, videoTag(2).data]],
  );
  assertEquals([one!.told, two!.told], [["left"], []]);
  assert(peer.session.watches);
});

Deno.test("a peer that publishes and plays is not one that only watches", async () => {
  const { peer } = await play();
  assert(peer.session.watches);
  peer.publish(2, "own");
  await peer.settled();
  assert(!peer.session.watches);
});

for (
  const [who, refuse, code] of [
    ["authorize", "allow", "NetStream.Play.Failed"],
    ["play", "show", "NetStream.Play.StreamNotFound"],
  ] as const
) {
  Deno.test(`a refusal of ${who} reaches the player before the close`, async () => {
    const program = new FakeProgram();
    program[refuse] = () => ({ description: "There is nothing" });
    const peer = await Peer.connect({ program });
    peer.streamCommand(1, "play", "demo");
    assertEquals(await peer.sessionEnd, {});
    assertEquals(peer.statuses, [{
      stream: 1,
      level: "error",
      code,
      description: "There is nothing",
    }]);
  });

  Deno.test(`a refusal of ${who} ends what the player played before`, async () => {
    const { peer, source } = await play();
    peer.program[refuse] = () => ({ description: "There is nothing" });
    peer.streamCommand(1, "play", "other");
    assertEquals(await peer.sessionEnd, {});
    assertEquals(source.told, ["left"]);
    assert(!peer.session.watches);
  });
}

Deno.test("a name over the limit ends the connection, and the player receives the reason", async () => {
  const peer = await Peer.connect({ limits: { maxNameLength: 100 } });
  peer.streamCommand(1, "play", "x".repeat(101));
  const { error } = await peer.sessionEnd;
  assertInstanceOf(error, RtmpLimitError);
  assertEquals(peer.statuses.map(({ description }) => description), [error.message]);
});

Deno.test("a source that fails is reported to the player and to the program", async () => {
  const { peer, source } = await play();
  source.show(videoTag(0));
  await peer.settled();
  const error = new Error("The disk is gone");
  source.fail(error);
  assertEquals(await peer.sessionEnd, {});
  assertEquals(peer.program.failures, [error]);
  assertEquals(peer.heard.slice(4), ["video", "|RtmpSampleAccess", "NetStream.Play.Failed"]);
});

Deno.test("a source that fails does not end what else is on the connection", async () => {
  const { peer, source } = await play();
  peer.publish(2, "own");
  await peer.settled();
  source.fail(new Error("The disk is gone"));
  await peer.settled();
  assert(!peer.ended);
  peer.end();
  assertEquals(await peer.sessionEnd, {});
});

Deno.test("a source that fails to be cancelled stops nothing", async () => {
  const program = new FakeProgram();
  program.show = () => ({
    tags: new ReadableStream<FlvTag>({
      cancel() {
        throw new Error("cannot");
      },
    }),
    pause() {},
    receive() {},
  });
  const peer = await Peer.connect({ program });
  peer.streamCommand(1, "play", "demo");
  peer.streamCommand(1, "closeStream");
  await peer.settled();
  assertEquals(peer.heard.slice(4), ["NetStream.Play.Stop"]);
  peer.end();
  assertEquals(await peer.sessionEnd, {});
});

Deno.test("a player that does not read is given no more than a bounded number of bytes", async () => {
  const { peer, source } = await play();
  peer.deafen();
  const size = 50_000;
  source.show(...Array.from({ length: 100 }, (_, i) => videoTag(i, size)));
  await peer.settled();
  // One tag is being written, 256 KiB and the tag that passed it wait.
  const taken = 100 - source.waiting;
  assert(taken >= 5 && taken <= 8, `${taken} tags were taken`);
  await peer.settled();
  assertEquals(100 - source.waiting, taken);
  peer.hearAgain();
  await peer.settled();
  assertEquals(mediaOf(peer.messages).length, 100);
});

Deno.test("a player that disconnects cancels its sources", async () => {
  for (const leave of [(peer: Peer) => peer.end(), (peer: Peer) => peer.fail(new Error("reset"))]) {
    const { peer, source } = await play();
    leave(peer);
    await peer.sessionEnd;
    assertEquals(source.told, ["left"]);
  }
});
