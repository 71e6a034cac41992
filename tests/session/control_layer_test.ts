import { assertEquals } from "@std/assert";
import { readUint32 } from "../../src/bytes/integers.ts";
import {
  acknowledgement,
  setPeerBandwidth,
  userControl,
  UserControlEvent,
  windowAcknowledgementSize,
} from "../../src/message/control.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { hex } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { Peer } from "./peer.ts";

/** The byte counts of all acknowledgements so far. */
function acknowledged({ messages }: Peer): number[] {
  return messages.filter(({ typeId }) => typeId === MessageType.Acknowledgement)
    .map(({ payload }) => readUint32(payload, 0));
}

function message(typeId: number, digits: string): RtmpMessage {
  return { chunkStreamId: 2, messageStreamId: 0, typeId, timestamp: 0, payload: hex(digits) };
}

/** Bytes that make no whole message: an unfinished one that goes on for ever. */
function beginLongMessage(peer: Peer): void {
  peer.write(hex("06 000000 ffffff 09 01000000"));
}

Deno.test("a peer that has set no window gets no acknowledgement", async () => {
  const peer = await Peer.connect({ bytes: 10_000_000 });
  await peer.settled();
  assertEquals(acknowledged(peer), []);
});

Deno.test("every half of the window is acknowledged, by the bytes received so far", async () => {
  const peer = await Peer.connect();
  // 1000 in all after the header below; the window is set when 16 bytes of it have come.
  peer.send(windowAcknowledgementSize(1000));
  await peer.settled();
  const before = peer.counts.bytes;
  beginLongMessage(peer);
  await peer.settled();
  peer.messages.length = 0;
  const start = acknowledged(peer).length;
  assertEquals(start, 0);
  // Chunks of 128 bytes with a header of one byte each.
  const chunk = hex("ff*128 c6");
  for (let i = 0; i < 20; i++) {
    peer.write(chunk);
    await peer.settled();
  }
  const counts = acknowledged(peer);
  const last = before + 12 + 20 * chunk.length;
  assertEquals(peer.counts.bytes, last);
  for (let i = 1; i < counts.length; i++) {
    const step = counts[i]! - counts[i - 1]!;
    assertEquals(step >= 500 && step < 500 + chunk.length, true, `${counts}`);
  }
  assertEquals(last - counts.at(-1)! < 500, true, `${counts} of ${last}`);
});

Deno.test("acknowledgements go on past 4 GiB, modulo 2^32", async () => {
  const peer = await Peer.connect({ bytes: 2 ** 32 - 1000 });
  peer.send(windowAcknowledgementSize(1000));
  await peer.settled();
  beginLongMessage(peer);
  await peer.settled();
  peer.messages.length = 0;
  const exact: number[] = [];
  for (let i = 0; i < 12; i++) {
    peer.write(hex("ff*128 c6"));
    await peer.settled();
    exact.push(peer.counts.bytes);
  }
  const counts = acknowledged(peer);
  assertEquals(counts.length >= 3, true);
  assertEquals(counts.every((count) => exact.some((bytes) => bytes % 2 ** 32 === count)), true);
  assertEquals(counts[0]! > counts.at(-1)!, true, `${counts}`);
});

Deno.test("a window that is set late is acknowledged at once, if it is full", async () => {
  const peer = await Peer.connect();
  const bytes = peer.counts.bytes + 16;
  peer.send(windowAcknowledgementSize(100));
  await peer.settled();
  assertEquals(acknowledged(peer), [bytes]);
});

Deno.test("an acknowledgement that had to wait is sent though nothing more arrives", async () => {
  const peer = await Peer.connect();
  peer.send(windowAcknowledgementSize(64));
  await peer.settled();
  peer.deafen();
  // The answer to this is being written when the window is full.
  peer.command("createStream", 2, null);
  await peer.settled();
  peer.command("createStream", 3, null);
  peer.command("createStream", 4, null);
  await peer.settled();
  peer.hearAgain();
  await peer.settled();
  assertEquals(acknowledged(peer).at(-1), peer.counts.bytes);
});

Deno.test("acknowledgements do not pile up for a tiny window and a peer that does not read", async () => {
  const peer = await Peer.publish("demo");
  const tags = peer.program.publications[0]!.tags.pipeTo(new WritableStream());
  for (const size of [0, 1]) peer.send(windowAcknowledgementSize(size));
  await peer.settled();
  peer.deafen();
  peer.messages.length = 0;
  for (let i = 0; i < 1000; i++) peer.sendTags([videoTag(i, 10)]);
  await peer.settled();
  assertEquals(peer.unsent, 0);
  peer.hearAgain();
  await peer.settled();
  // Two were on their way, and one says how things stand then.
  assertEquals(acknowledged(peer).length, 3);
  assertEquals(acknowledged(peer)[2], peer.counts.bytes);
  peer.end();
  await tags;
});

Deno.test("Set Peer Bandwidth is answered when it is not what we have said before", async () => {
  const peer = await Peer.connect();
  peer.send(setPeerBandwidth(2_500_000));
  await peer.settled();
  assertEquals(peer.heard, []);
  for (const size of [5000, 5000, 6000, 2_500_000]) peer.send(setPeerBandwidth(size));
  await peer.settled();
  assertEquals(peer.heard, Array(3).fill("WindowAcknowledgementSize"));
  const sizes = peer.messages.map(({ payload }) => readUint32(payload, 0));
  assertEquals(sizes, [5000, 6000, 2_500_000]);
});

Deno.test("Set Peer Bandwidth without its limit type is answered too", async () => {
  const peer = await Peer.connect();
  peer.send(message(MessageType.SetPeerBandwidth, "00001388"));
  await peer.settled();
  assertEquals(peer.heard, ["WindowAcknowledgementSize"]);
  assertEquals(peer.counts.discarded, {});
});

Deno.test("a ping is answered with its own time, before connect too", async () => {
  const peer = new Peer();
  peer.send(userControl(UserControlEvent.PingRequest, 0xfedcba98));
  peer.send(message(MessageType.UserControl, "0006"));
  await peer.settled();
  assertEquals(peer.heard, ["PingResponse", "PingResponse"]);
  assertEquals(peer.messages.map(({ payload }) => payload), [
    hex("0007 fedcba98"),
    hex("0007 00000000"),
  ]);
});

Deno.test("ping() asks the peer, and its answer is nothing new", async () => {
  const peer = await Peer.connect();
  peer.session.ping();
  await peer.settled();
  assertEquals(peer.heard, ["PingRequest"]);
  const { chunkStreamId, messageStreamId, payload } = peer.messages[0]!;
  assertEquals([chunkStreamId, messageStreamId, payload.length], [2, 0, 6]);
  peer.send(userControl(UserControlEvent.PingResponse, readUint32(payload, 2)));
  await peer.settled();
  assertEquals(peer.heard.length, 1);
  assertEquals(peer.counts.discarded, {});
});

const COUNTED: [what: string, message: RtmpMessage, discarded: Record<string, number>][] = [
  ["Set Buffer Length", userControl(UserControlEvent.SetBufferLength, 1, 3000), {}],
  ["Stream Begin", userControl(UserControlEvent.StreamBegin, 1), {}],
  ["Stream Is Recorded", userControl(UserControlEvent.StreamIsRecorded, 1), {}],
  ["Acknowledgement", acknowledgement(2 ** 32 - 1), {}],
  ["event 31", userControl(31, 1), { "unknown-type": 1 }],
  ["event 65535", userControl(65_535), { "unknown-type": 1 }],
  ["a user control message of one byte", message(4, "00"), { malformed: 1 }],
  ["an empty user control message", message(4, ""), { malformed: 1 }],
  ["an acknowledgement of three bytes", message(3, "000000"), { malformed: 1 }],
  ["a window of three bytes", message(5, "000000"), { malformed: 1 }],
  ["an empty Set Peer Bandwidth", message(6, ""), { malformed: 1 }],
  ["a shared object", message(19, "0000"), { "shared-object": 1 }],
  ["a shared object of AMF3", message(16, ""), { "shared-object": 1 }],
  ["type 0", message(0, "00"), { "unknown-type": 1 }],
  ["type 7", message(7, "00"), { "unknown-type": 1 }],
  ["type 255", message(255, "00"), { "unknown-type": 1 }],
];

for (const [what, odd, discarded] of COUNTED) {
  Deno.test(`${what} gets no answer, and counts ${JSON.stringify(discarded)}`, async () => {
    const peer = await Peer.connect();
    peer.send(odd);
    peer.command("createStream", 2, null);
    await peer.settled();
    assertEquals(peer.heard, ["_result 2"]);
    assertEquals(peer.counts.discarded, discarded);
  });
}
