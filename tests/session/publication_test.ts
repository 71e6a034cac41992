import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { MessageType } from "../../src/message/message.ts";
import type { Publication } from "../../src/publication/publication.ts";
import { bigEndian } from "../support/chunk_bytes.ts";
import { hex } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { Peer } from "./peer.ts";
import { assertBalanced, data, message, NOTHING, publish } from "./published.ts";

/** One message inside an aggregate (RTMP 1.0, section 7.1.6). */
function part(typeId: number, timestamp: number, payload: Uint8Array): Uint8Array {
  const header = [typeId, ...bigEndian(payload.length, 3), ...bigEndian(timestamp, 3), 0, 0, 0, 0];
  const backPointer = bigEndian(11 + payload.length, 4);
  return concat([Uint8Array.from(header), payload, Uint8Array.from(backPointer)]);
}

Deno.test("aggregates are taken apart, and each of their frames counted", async () => {
  const { peer, publication } = await publish();
  const tags = Array.fromAsync(publication.tags);
  const keyframe = hex("17 01 000000 65");
  const audio = hex("af 01 21");
  const aggregate = message(
    MessageType.Aggregate,
    concat([
      part(MessageType.Video, 1000, keyframe),
      part(MessageType.Audio, 1010, audio),
      part(MessageType.CommandAmf0, 1015, hex("02 0000")),
      part(MessageType.Video, 1040, keyframe),
    ]),
  );
  peer.send({ ...aggregate, timestamp: 5000 });
  peer.end();
  assertEquals(await tags, [
    { type: "video", timestamp: 5000, data: keyframe },
    { type: "audio", timestamp: 5010, data: audio },
    { type: "video", timestamp: 5040, data: keyframe },
  ]);
  assertEquals(publication.ledger.received, { ...NOTHING, videoFrames: 2, audioFrames: 1 });
  assertEquals(peer.counts.discarded, { "unknown-type": 1 });
  assertBalanced(publication.ledger);
});

Deno.test("of an aggregate that is cut short, what is whole is passed on", async () => {
  const { peer, publication } = await publish();
  const tags = Array.fromAsync(publication.tags);
  const whole = part(MessageType.Audio, 0, hex("af 01 21"));
  peer.send(message(MessageType.Aggregate, concat([whole, whole.subarray(0, 12)])));
  peer.send(message(MessageType.Aggregate, concat([part(22, 0, whole), whole])));
  peer.send(message(MessageType.Aggregate, hex("")));
  peer.sendTags([videoTag(0)]);
  peer.end();
  assertEquals((await tags).map(({ type }) => type), ["audio", "audio", "video"]);
  assertEquals(peer.counts.discarded, { malformed: 2 });
  assertBalanced(publication.ledger);
});

Deno.test("a handler that does not read holds the publisher back, and loses nothing", async () => {
  const { peer, publication } = await publish();
  const sent = Array.from({ length: 50 }, (_, i) => videoTag(i));
  peer.sendTags(sent);
  const all = peer.unsent;
  await peer.held();
  assert(peer.unsent > 0.8 * all, `${peer.unsent} of ${all} bytes are left`);
  assertEquals(publication.ledger.inFlight.videoFrames, 1);
  assertBalanced(publication.ledger);
  peer.end();
  assertEquals(await Array.fromAsync(publication.tags), sent);
  assertBalanced(publication.ledger);
});

Deno.test("the ledger balances at any moment that an application may look", async () => {
  const { peer, publication } = await publish();
  peer.send(data("onMetaData", { a: 1 }));
  peer.sendTags(Array.from({ length: 20 }, (_, i) => videoTag(i)));
  peer.end();
  const reader = publication.tags.getReader();
  for (let read = 0; !(await reader.read()).done; read++) {
    for (let step = 0; step < read; step++) {
      assertBalanced(publication.ledger);
      await Promise.resolve();
    }
  }
  assertBalanced(publication.ledger);
});

Deno.test("one message stream that is not read holds back the others, and nothing is lost", async () => {
  const peer = await Peer.connect();
  peer.publish(1, "read");
  peer.publish(2, "unread");
  await peer.settled();
  const [read, unread] = peer.program.publications;
  const tags: FlvTag[] = [];
  const all = read!.tags.pipeTo(new WritableStream({ write: (tag) => void tags.push(tag) }));
  for (let i = 0; i < 20; i++) peer.sendTags([videoTag(i)], 1 + i % 2);
  await peer.held();
  assertEquals(tags, [videoTag(0)]);
  peer.end();
  assertEquals((await Array.fromAsync(unread!.tags)).length, 10);
  await all;
  assertEquals(tags.length, 10);
});

for (const waits of [false, true]) {
  const when = waits ? "while one waits" : "at once";
  Deno.test(`a consumer that cancels its tags ${when} holds nothing back, and all is counted`, async () => {
    for (const reads of [0, 1, 2, 3]) {
      const { peer, publication } = await publish();
      const reader = publication.tags.getReader();
      peer.sendTags([videoTag(0), videoTag(1), videoTag(2)]);
      for (let i = 0; i < reads; i++) await reader.read();
      if (waits) await (reads < 3 ? peer.held() : peer.settled());
      await reader.cancel("enough");
      peer.sendTags([videoTag(3), videoTag(4)]);
      await peer.settled();
      assertEquals(peer.unsent, 0);
      const { ledger } = publication;
      assertEquals(ledger.received.videoFrames, 5);
      assertEquals([ledger.tags.videoFrames, ledger.unread.videoFrames], [reads, 5 - reads]);
      assertBalanced(ledger);
      assert((await reader.read()).done);
      assert(!peer.ended);
      peer.end();
      assertEquals((await publication.closed).reason, "disconnected");
      assertBalanced(ledger);
    }
  });
}

Deno.test("a consumer can cancel while a read waits, and before anything has come", async () => {
  const { peer, publication } = await publish();
  const reader = publication.tags.getReader();
  const read = reader.read();
  await peer.settled();
  await reader.cancel();
  assert((await read).done);
  peer.sendTags([videoTag(0)]);
  await peer.settled();
  assertEquals(publication.ledger.unread.videoFrames, 1);
  assertBalanced(publication.ledger);
});

Deno.test("Publication.close() ends it, tells the publisher why, and keeps what had come", async () => {
  const { peer, publication } = await publish();
  peer.sendTags([videoTag(0), videoTag(1), videoTag(2)]);
  await peer.held();
  publication.close("Enough for today");
  publication.close("Once more");
  assertEquals(await publication.closed, { reason: "closed", description: "Enough for today" });
  assertEquals(await peer.sessionEnd, {});
  assertEquals(peer.statuses, [{
    stream: 1,
    level: "error",
    code: "NetStream.Failed",
    description: "Enough for today",
  }]);
  // Two were never taken from the connection; the first waits, and can still be read.
  assertEquals(await Array.fromAsync(publication.tags), [videoTag(0)]);
  assertBalanced(publication.ledger);
});

Deno.test("Publication.close() ends the session though a reader keeps its lock and reads no more", async () => {
  const { peer, publication } = await publish();
  const reader = publication.tags.getReader();
  peer.sendTags([videoTag(0), videoTag(1), videoTag(2)]);
  await reader.read();
  await peer.held();
  publication.close();
  assertEquals(await peer.sessionEnd, {});
  assertEquals(publication.ledger.inFlight.videoFrames, 1);
  assertBalanced(publication.ledger);
  await reader.cancel();
  await peer.settled();
  assertEquals(publication.ledger.inFlight, NOTHING);
  assertBalanced(publication.ledger);
});

Deno.test("Publication.close() in the middle of an aggregate counts the rest of it as unread", async () => {
  const { peer, publication } = await publish();
  const parts = Array.from(
    { length: 10 },
    (_, i) => part(MessageType.Video, i, hex("27 01 000000")),
  );
  peer.send(message(MessageType.Aggregate, concat(parts)));
  const reader = publication.tags.getReader();
  await reader.read();
  await peer.held();
  publication.close();
  await peer.sessionEnd;
  await peer.settled();
  // One has been read, one waits to be.
  const { received, unread, inFlight } = publication.ledger;
  assertEquals([received, unread, inFlight].map((counts) => counts.otherTags), [10, 8, 1]);
  assertBalanced(publication.ledger);
});

Deno.test("Publication.close() works from within claim and begin", async () => {
  for (const when of ["give", "begun"] as const) {
    const peer = await Peer.connect();
    const ended: Promise<unknown>[] = [];
    peer.program[when] = (publication: Publication): undefined => {
      publication.close("Not now");
      ended.push(publication.closed, Array.fromAsync(publication.tags));
    };
    peer.publish(1, "demo");
    assertEquals(await peer.sessionEnd, {});
    assertEquals(await Promise.all(ended), [{ reason: "closed", description: "Not now" }, []]);
    assertEquals(peer.codes.at(-1), "Failed");
    assertEquals(peer.program.publications.length, when === "give" ? 0 : 1);
  }
});
