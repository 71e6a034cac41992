/**
 * Media that names another message stream than it was to be published on.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { MessageType } from "../../src/message/message.ts";
import { videoTag } from "../support/media.ts";
import { FakeProgram } from "./fake_program.ts";
import { Peer } from "./peer.ts";

/** What comes of the tags of all publications, once the peer has ended. */
async function tagsOf(peer: Peer) {
  const all = peer.program.publications.map(({ tags }) => Array.fromAsync(tags));
  peer.end();
  assertEquals(await peer.sessionEnd, {});
  return await Promise.all(all);
}

for (const id of [0, 2, 70_000]) {
  Deno.test(`media on message stream ${id} is that of the only one that publishes`, async () => {
    const peer = await Peer.publish("demo");
    peer.sendTags([videoTag(0)], id);
    peer.sendTags([videoTag(1)]);
    peer.sendTags([videoTag(2)], id);
    assertEquals(await tagsOf(peer), [[videoTag(0), videoTag(1), videoTag(2)]]);
    const [{ ledger }] = peer.program.publications as [never];
    assertEquals(peer.counts.misaddressed, 2);
    assertEquals(peer.counts.discarded, {});
    assertEquals((ledger as { balance(): number }).balance(), 0);
    assertEquals(peer.program.warnings, []);
    assertEquals(peer.statuses, []);
  });
}

Deno.test("media on a stream that was created and not published on is that of the only one", async () => {
  const peer = await Peer.connect();
  peer.command("createStream", 2, null);
  peer.command("createStream", 3, null);
  peer.publish(1, "demo");
  peer.sendTags([videoTag(0)], 2);
  await peer.held();
  assertEquals(await tagsOf(peer), [[videoTag(0)]]);
});

Deno.test("media on an unknown stream beside two that publish belongs to neither, and is reported once", async () => {
  const peer = await Peer.publish("one");
  peer.publish(2, "two");
  await peer.settled();
  peer.messages.length = 0;
  for (const id of [0, 9, 0]) peer.sendTags([videoTag(0)], id);
  peer.sendTags([videoTag(1)], 2);
  await peer.held();
  const why = "this connection publishes on other message streams";
  const description = `Media on message stream 0 is dropped: ${why}`;
  assertEquals(peer.statuses, [
    { stream: 0, level: "error", code: "NetStream.Failed", description },
  ]);
  assertEquals(peer.program.warnings, [description]);
  assertEquals(await tagsOf(peer), [[], [videoTag(1)]]);
  assertEquals(peer.counts.discarded, { unpublished: 3 });
  assertEquals(peer.counts.misaddressed, 0);
});

Deno.test("media before anything is published is counted, and reported to the peer once", async () => {
  const peer = await Peer.connect();
  peer.command("createStream", 2, null);
  for (const id of [0, 1, 9]) peer.sendTags([videoTag(0)], id);
  await peer.settled();
  assertEquals(peer.counts.discarded, { unpublished: 3 });
  assertEquals(peer.statuses.map(({ stream, code }) => [stream, code]), [[0, "NetStream.Failed"]]);
  assertEquals(peer.program.warnings.length, 1);
  assertMatch(peer.program.warnings[0]!, /nothing is published on this connection/);
  assert(!peer.ended);
});

Deno.test("data before anything is published is counted without a word", async () => {
  const peer = await Peer.connect();
  for (const typeId of [MessageType.DataAmf0, MessageType.DataAmf3]) {
    const payload = encodeAmf0("@setDataFrame", "onMetaData", {});
    peer.send({ chunkStreamId: 4, messageStreamId: 1, typeId, timestamp: 0, payload });
  }
  await peer.settled();
  assertEquals(peer.counts.discarded, { unpublished: 2 });
  assertEquals([peer.statuses, peer.program.warnings], [[], []]);
});

const LATE: [what: string, end: (peer: Peer) => void][] = [
  ["that the peer has closed", (peer) => peer.streamCommand(2, "closeStream")],
  ["that the peer has deleted", (peer) => peer.command("deleteStream", 0, null, 2)],
  ["that was ended from here", (peer) => peer.program.publications[1]!.close("Enough")],
];

for (const [what, end] of LATE) {
  Deno.test(`media late on a stream ${what} does not get into the other one`, async () => {
    const peer = await Peer.publish("one");
    peer.publish(2, "two");
    await peer.settled();
    end(peer);
    await peer.settled();
    peer.messages.length = 0;
    peer.sendTags([videoTag(0)], 2);
    peer.sendTags([videoTag(1)], 1);
    await peer.held();
    assertEquals([peer.statuses, peer.program.warnings], [[], []]);
    assertEquals((await tagsOf(peer))[0], [videoTag(1)]);
    assertEquals(peer.counts.discarded, { unpublished: 1 });
  });
}

Deno.test("media on a stream that was refused does not get into the other one", async () => {
  const program = new FakeProgram();
  program.allow = ({ name }) => name === "two" ? { description: "no" } : undefined;
  const peer = await Peer.publish("one", { program });
  peer.publish(2, "two");
  peer.sendTags([videoTag(0)], 2);
  await peer.settled();
  assertEquals(await tagsOf(peer), [[]]);
  assertEquals(peer.counts.discarded, { unpublished: 1 });
});
