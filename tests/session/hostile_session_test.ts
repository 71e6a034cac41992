import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { AmfError, RtmpCommandError, RtmpLimitError } from "../../src/errors.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { MessageType } from "../../src/message/message.ts";
import { hex } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { FakeProgram } from "./fake_program.ts";
import { Peer } from "./peer.ts";

Deno.test("connect ignores a list of lists of lists, each twice in the next, as a codec", async () => {
  // As text it has 2^40 commas: AMF's references make it of a few hundred bytes.
  const lists: unknown[] = [[]];
  for (let i = 0; i < 40; i++) lists.push([lists[i], lists[i]]);
  const peer = new Peer();
  peer.command("connect", 1, { app: "live", fourCcList: lists });
  await peer.settled();
  assertEquals(peer.heard.at(-1), "_result 1");
});

Deno.test("connect ignores an object that cannot become text as a codec", async () => {
  const peer = new Peer();
  const fourCcList = [{ toString: 1, valueOf: null }, "hvc1"];
  peer.command("connect", 1, { app: "live", fourCcList, videoFourCcInfoMap: { toString: 1 } });
  await peer.settled();
  assertEquals(peer.heard.at(-1), "_result 1");
});

Deno.test("connect whose app is over the limit is rejected before the program is asked", async () => {
  const program = new FakeProgram();
  program.letIn = () => {
    throw new Error("asked");
  };
  const peer = new Peer({ program, limits: { maxNameLength: 100 } });
  peer.command("connect", 1, { app: "x".repeat(101) });
  assertInstanceOf((await peer.sessionEnd).error, RtmpLimitError);
});

Deno.test("a peer that does not read its answers is not read either", async () => {
  const peer = await Peer.connect();
  peer.deafen();
  // Each is answered with 27 bytes.
  const count = 20_000;
  for (let id = 1; id <= count; id++) peer.command("getStreamLength", id, null);
  const sent = peer.unsent;
  await peer.held();
  assert(peer.unsent > sent / 3, `${sent - peer.unsent} of ${sent} bytes were taken`);
  peer.hearAgain();
  await peer.settled();
  assertEquals(peer.commands.length, count);
});

Deno.test("a long name of a command is not repeated, neither to the peer nor in an error", async () => {
  const name = "x".repeat(60_000);
  const peer = await Peer.connect();
  peer.command(name, 1, null);
  await peer.settled();
  assert(peer.messages[0]!.payload.length < 300);
  const stranger = new Peer();
  stranger.command(name, 1, null);
  const { error } = await stranger.sessionEnd;
  assertInstanceOf(error, RtmpCommandError);
  assert(error.message.length < 200);
});

Deno.test("a command over its limits ends the connection", async () => {
  const commands = [
    writeCommand(0, "x".repeat(70_000), 1, null),
    writeCommand(0, "call", 1, Array.from({ length: 5000 }, () => null)),
    writeCommand(0, "call", 1, JSON.parse("[".repeat(40) + "]".repeat(40))),
  ];
  for (const command of commands) {
    const peer = await Peer.connect();
    peer.send(command);
    const { error } = await peer.sessionEnd;
    assert(error instanceof RtmpLimitError || error instanceof AmfError, `${error}`);
    assert(error.message.length < 300);
  }
});

Deno.test("publishing and ending again and again leaves nothing open", async () => {
  const program = new FakeProgram();
  program.begun = ({ tags }) => void tags.pipeTo(new WritableStream());
  const peer = await Peer.connect({ program });
  for (let id = 1; id <= 500; id++) {
    peer.command("createStream", id, null);
    peer.publish(id, "demo");
    peer.sendTags([videoTag(0)], id);
    peer.command("deleteStream", 0, null, id);
  }
  await peer.settled();
  assertEquals(program.publications.length, 500);
  for (const { closed, ledger } of program.publications) {
    assertEquals((await closed).reason, "unpublished");
    assertEquals([ledger.tags.videoFrames, ledger.balance()], [1, 0]);
  }
  assert(!peer.ended);
  assert(peer.session.inactivity >= 0);
});

Deno.test("playing and closing again and again cancels every source", async () => {
  const peer = await Peer.connect();
  for (let i = 0; i < 500; i++) {
    peer.streamCommand(1, "play", "demo");
    peer.streamCommand(1, "closeStream");
  }
  await peer.settled();
  assertEquals(peer.program.sources.length, 500);
  assert(peer.program.sources.every(({ told }) => told.join() === "left"));
  assert(!peer.session.watches);
});

/** How many messages of a publication were taken when a timer had its turn. */
async function takenInFirstTurn(peer: Peer, bytes: Uint8Array): Promise<number> {
  const [publication] = peer.program.publications;
  const read = publication!.tags.pipeTo(new WritableStream());
  await peer.settled();
  let taken = 0;
  const turn = new Promise<void>((resolve) => {
    setTimeout(() => {
      taken = publication!.ledger.received.otherTags;
      resolve();
    }, 0);
  });
  peer.write(bytes);
  await turn;
  peer.end();
  await read;
  return taken;
}

Deno.test("a flood of empty messages leaves others their turn", async () => {
  const peer = await Peer.publish("demo");
  // Empty audio messages, the first with a whole header, all others of one byte.
  const flood = concat([hex("04 000000 000000 08 01000000"), new Uint8Array(200_000).fill(0xc4)]);
  const taken = await takenInFirstTurn(peer, flood);
  const { received } = peer.program.publications[0]!.ledger;
  assertEquals(received.otherTags, 200_001);
  assert(taken < received.otherTags, "the timer had to wait for all of them");
});

Deno.test("an aggregate of empty messages leaves others their turn", async () => {
  const peer = await Peer.publish("demo");
  const count = 200_000;
  const payload = new Uint8Array(15 * count);
  for (let at = 0; at < payload.length; at += 15) payload[at] = MessageType.Audio;
  const bytes = new MessageEncoder().encode({
    chunkStreamId: 4,
    messageStreamId: 1,
    typeId: MessageType.Aggregate,
    timestamp: 0,
    payload,
  });
  const taken = await takenInFirstTurn(peer, bytes);
  const { received } = peer.program.publications[0]!.ledger;
  assertEquals(received.otherTags, count);
  assert(taken < count, "the timer had to wait for all of them");
});

Deno.test("a name may be any text, and stays what it is", async () => {
  const names = [
    "__proto__",
    "constructor",
    "toString",
    "a\r\n2026 error forged",
    "red\u001b[31m",
    "%0",
  ];
  const peer = await Peer.connect();
  names.forEach((name, i) => peer.publish(i + 1, name));
  await peer.settled();
  assertEquals(peer.program.publications.map(({ name }) => name), names);
  for (const { fileName } of peer.program.publications) {
    assert(/^live\+[A-Za-z0-9_.%-]+$/.test(fileName), fileName);
  }
  for (const name of names) peer.command("FCUnpublish", 0, null, name);
  await peer.settled();
  assertEquals(peer.codes.filter((code) => code === "Unpublish.Success").length, names.length);
});

Deno.test("data messages with the names of commands are only data", async () => {
  const peer = await Peer.publish("demo");
  const tags = Array.fromAsync(peer.program.publications[0]!.tags);
  peer.send({
    chunkStreamId: 4,
    messageStreamId: 1,
    typeId: MessageType.DataAmf0,
    timestamp: 0,
    payload: encodeAmf0("deleteStream", 0, null, 1),
  });
  peer.sendTags([videoTag(0)]);
  peer.end();
  assertEquals((await tags).map(({ type }) => type), ["script", "video"]);
});

/** The beginning of a message of 4 MiB, less than its end. */
const UNFINISHED = new MessageEncoder()
  .encode({
    chunkStreamId: 6,
    messageStreamId: 1,
    typeId: MessageType.Video,
    timestamp: 0,
    payload: new Uint8Array(4 * 1024 * 1024),
  })
  .slice(0, 2 * 1024 * 1024);

Deno.test("a peer may leave few bytes unfinished before it publishes, and more after", async () => {
  const stranger = await Peer.connect();
  stranger.write(UNFINISHED);
  assertInstanceOf((await stranger.sessionEnd).error, RtmpLimitError);

  const publisher = await Peer.publish("demo");
  publisher.write(UNFINISHED);
  await publisher.settled();
  assertEquals(publisher.unsent, 0);
  publisher.end();
  assertEquals((await publisher.sessionEnd).error, undefined);
});
