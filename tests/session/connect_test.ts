import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { RtmpCommandError, RtmpLimitError } from "../../src/errors.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { writeCommand } from "../../src/message/command.ts";
import { setChunkSize } from "../../src/message/control.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { filled } from "../support/bytes.ts";
import { Peer } from "./peer.ts";
import { CHUNK_SIZE } from "./memory_session.ts";

const CONNECT = { app: "live", tcUrl: "rtmp://example.com/live", flashVer: "test" };

const header = ({ typeId, chunkStreamId, messageStreamId }: RtmpMessage) => [
  typeId,
  chunkStreamId,
  messageStreamId,
];

Deno.test("connect is answered by windows, chunk size and _result, in this order", async () => {
  const peer = new Peer();
  peer.command("connect", 1, CONNECT);
  await peer.settled();
  assertEquals(peer.heard, [
    "WindowAcknowledgementSize",
    "SetPeerBandwidth",
    "SetChunkSize",
    "_result 1",
  ]);
  assertEquals(peer.messages.map(header), [
    [MessageType.WindowAcknowledgementSize, 2, 0],
    [MessageType.SetPeerBandwidth, 2, 0],
    [MessageType.SetChunkSize, 2, 0],
    [MessageType.CommandAmf0, 3, 0],
  ]);
  assertEquals(peer.messages[0]!.payload, Uint8Array.of(0, 0x26, 0x25, 0xa0));
  assertEquals(peer.messages[1]!.payload, Uint8Array.of(0, 0x26, 0x25, 0xa0, 2));
  assertEquals(peer.messages[2]!.payload, Uint8Array.of(0, 0, CHUNK_SIZE >> 8, 0));
  assertEquals(peer.commands[0]!.slice(2), [
    { fmsVer: "FMS/3,5,7,7009", capabilities: 31, mode: 1 },
    {
      level: "status",
      code: "NetConnection.Connect.Success",
      description: "Connection succeeded.",
      objectEncoding: 0,
    },
  ]);
});

Deno.test("connect and its answers leave in one write each", async () => {
  const peer = new Peer();
  peer.command("connect", 1, CONNECT);
  await peer.settled();
  assertEquals(peer.writes.length, 1);
});

for (const [said, echoed] of [[undefined, 0], [0, 0], [3, 3], [1, 0], ["3", 0]]) {
  Deno.test(`connect with objectEncoding ${JSON.stringify(said)} is answered with ${echoed}`, async () => {
    const peer = new Peer();
    peer.command("connect", 1, { ...CONNECT, objectEncoding: said });
    await peer.settled();
    assertEquals((peer.commands[0]![3] as Record<string, unknown>).objectEncoding, echoed);
  });
}

Deno.test("our chunk size does not change what we expect to receive", async () => {
  const peer = await Peer.publish("demo");
  const [publication] = peer.program.publications;
  const reader = publication!.tags.getReader();
  const payload = filled(5000);
  payload[0] = 0x17;
  const video = (payload: Uint8Array) => (
    { chunkStreamId: 6, messageStreamId: 1, typeId: MessageType.Video, timestamp: 0, payload }
  );
  peer.send(video(payload));
  assertEquals((await reader.read()).value?.data, payload);
  // And when the peer changes its own, that is for what it sends.
  peer.send(setChunkSize(3000), video(payload));
  assertEquals((await reader.read()).value?.data, payload);
});

Deno.test("Set Chunk Size and connect in one piece are both understood", async () => {
  const peer = new Peer();
  const encoder = new MessageEncoder();
  const messages = [
    setChunkSize(4096),
    writeCommand(0, "connect", 1, { ...CONNECT, pageUrl: "x".repeat(500) }),
  ];
  peer.write(concat(messages.map((message) => encoder.encode(message))));
  await peer.settled();
  assertEquals(peer.heard.at(-1), "_result 1");
});

Deno.test("connect with capabilities of Enhanced RTMP is answered with ours", async () => {
  const peer = new Peer();
  peer.command("connect", 1, { ...CONNECT, fourCcList: ["hvc1"], capsEx: 1 });
  await peer.settled();
  const [, , properties] = peer.commands[0]! as [string, number, Record<string, unknown>];
  assertEquals(Object.keys(properties).slice(3), [
    "fourCcList",
    "videoFourCcInfoMap",
    "audioFourCcInfoMap",
    "capsEx",
  ]);
  assertEquals(properties.capsEx, 15);
  assert((properties.fourCcList as string[]).includes("hvc1"));
  assertEquals((properties.videoFourCcInfoMap as Record<string, number>).av01, 4);
  assert(peer.session.canReconnect);
});

Deno.test("connect twice is refused, and the first one counts", async () => {
  const peer = await Peer.connect();
  peer.command("connect", 2, { ...CONNECT, app: "other" });
  peer.publish(1, "demo");
  await peer.settled();
  assertEquals(peer.heard, ["_error 2", "NetStream.Publish.Start"]);
  assertEquals(peer.program.publications[0]!.path, "live/demo");
});

Deno.test("commands of type 17 are read like those of type 20", async () => {
  const peer = new Peer();
  const amf3 = (...values: unknown[]) => ({
    chunkStreamId: 3,
    messageStreamId: 0,
    typeId: MessageType.CommandAmf3,
    timestamp: 0,
    payload: concat([Uint8Array.of(0), encodeAmf0(...values)]),
  });
  peer.send(amf3("connect", 1, { ...CONNECT, objectEncoding: 3 }), amf3("createStream", 2, null));
  await peer.settled();
  assertEquals(peer.heard.slice(3), ["_result 1", "_result 2"]);
  assertEquals(peer.commands[1]!.slice(2), [null, 1]);
});

Deno.test("a command before connect ends the connection", async () => {
  const peer = new Peer();
  peer.command("createStream", 1, null);
  const { error } = await peer.sessionEnd;
  assertInstanceOf(error, RtmpCommandError);
  assertMatch(error.message, /read createStream, expected connect/);
});

for (const part of ["app", "tcUrl"]) {
  Deno.test(`connect whose ${part} is over the limit is rejected with the reason`, async () => {
    const peer = new Peer({ limits: { maxNameLength: 100 } });
    peer.command("connect", 1, { ...CONNECT, [part]: "x".repeat(101) });
    const { error } = await peer.sessionEnd;
    assertInstanceOf(error, RtmpLimitError);
    assertEquals(peer.heard, ["_error 1"]);
    const [, , , info] = peer.commands[0]!;
    assertEquals(info, {
      level: "error",
      code: "NetConnection.Connect.Rejected",
      description: "Name too long: 101 characters, limit 100",
    });
  });
}

Deno.test("members of connect that are no text are no names", async () => {
  const peer = new Peer();
  peer.command("connect", 1, { app: 7, tcUrl: { a: 1 }, flashVer: null });
  peer.publish(1, "demo");
  await peer.settled();
  const [{ app, tcUrl, flashVer, path }] = peer.program.publications as [never];
  assertEquals([app, tcUrl, flashVer, path], ["", "", "", "demo"]);
});

Deno.test("connect without a command object is taken", async () => {
  const peer = new Peer();
  peer.command("connect", 1, null);
  await peer.settled();
  assertEquals(peer.heard.at(-1), "_result 1");
});

Deno.test("members called __proto__ and constructor change nothing", async () => {
  const peer = new Peer();
  // AMF0 object with one member "__proto__": { app: "stolen", capsEx: 1 }.
  const object = JSON.parse(
    '{"__proto__":{"app":"stolen","capsEx":1},"constructor":{"prototype":{"app":"stolen"}}}',
  );
  peer.command("connect", 1, object);
  peer.publish(1, "__proto__");
  await peer.settled();
  assertEquals(peer.program.publications[0]!.path, "__proto__");
  assertEquals(peer.session.canReconnect, false);
  assertEquals(({} as Record<string, unknown>).app, undefined);
});
