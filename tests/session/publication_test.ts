import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { ecmaArray } from "../../src/amf/values.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { MediaCounts } from "../../src/ledger/counts.ts";
import type { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import type { Publication } from "../../src/session/publication.ts";
import { bigEndian } from "../support/chunk_bytes.ts";
import { hex } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { Peer } from "./peer.ts";

const NOTHING: MediaCounts = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };

/** A peer that publishes, and what it publishes. */
async function publish(): Promise<{ peer: Peer; publication: Publication }> {
  const peer = await Peer.publish("demo");
  return { peer, publication: peer.program.publications[0]! };
}

function message(typeId: number, payload: Uint8Array): RtmpMessage {
  return { chunkStreamId: 4, messageStreamId: 1, typeId, timestamp: 0, payload };
}

const data = (...values: unknown[]) => message(MessageType.DataAmf0, encodeAmf0(...values));

/** One message inside an aggregate (RTMP 1.0, section 7.1.6). */
function part(typeId: number, timestamp: number, payload: Uint8Array): Uint8Array {
  const header = [typeId, ...bigEndian(payload.length, 3), ...bigEndian(timestamp, 3), 0, 0, 0, 0];
  const backPointer = bigEndian(11 + payload.length, 4);
  return concat([Uint8Array.from(header), payload, Uint8Array.from(backPointer)]);
}

/** Whether every kind that was received is where it should be. */
function assertBalanced(ledger: PublicationLedger): void {
  assertEquals(ledger.balance(), 0);
  const { received, tags, unread, inFlight } = ledger;
  const found = { ...NOTHING };
  for (const kind of Object.keys(found) as (keyof MediaCounts)[]) {
    found[kind] = tags[kind] + unread[kind] + inFlight[kind];
  }
  assertEquals(found, received);
}

const METADATA: [what: string, message: RtmpMessage, found: unknown][] = [
  ["with @setDataFrame", data("@setDataFrame", "onMetaData", { width: 16 }), { width: 16 }],
  ["without", data("onMetaData", { width: 16 }), { width: 16 }],
  ["as ECMA array", data("@setDataFrame", "onMetaData", ecmaArray({ a: 1 })), { a: 1 }],
  ["empty", data("@setDataFrame", "onMetaData", ecmaArray({})), {}],
  ["with more behind it", data("@setDataFrame", "onMetaData", { a: 1 }, "more", 5), { a: 1 }],
  [
    "of type 15",
    message(MessageType.DataAmf3, concat([hex("00"), encodeAmf0("onMetaData", { a: 1 })])),
    { a: 1 },
  ],
  [
    "of type 15 without its format byte",
    message(MessageType.DataAmf3, encodeAmf0("onMetaData", { a: 1 })),
    { a: 1 },
  ],
];

for (const [what, metadata, found] of METADATA) {
  Deno.test(`Publication.metadata is the first onMetaData, ${what}`, async () => {
    const { peer, publication } = await publish();
    const tags = Array.fromAsync(publication.tags);
    peer.send(data("onTextData", { a: 0 }), metadata, data("onMetaData", { a: 2 }));
    assertEquals(await publication.metadata, found);
    peer.end();
    assertEquals((await tags).length, 3);
    assertEquals(peer.counts.discarded, {});
    assertBalanced(publication.ledger);
  });
}

const NO_METADATA: [what: string, message: RtmpMessage, malformed: number][] = [
  ["is cut short", message(MessageType.DataAmf0, hex("02 000a 6f6e4d65746144617461 08 000000")), 1],
  ["has no object", data("onMetaData"), 0],
  ["has a number for an object", data("onMetaData", 5), 0],
  ["has null for an object", data("@setDataFrame", "onMetaData", null), 0],
  ["is empty", message(MessageType.DataAmf0, hex("")), 0],
  ["is @setDataFrame alone", data("@setDataFrame"), 0],
  ["is @clearDataFrame", data("@clearDataFrame", "onMetaData"), 0],
  ["is a number", message(MessageType.DataAmf0, hex("00000000")), 1],
];

for (const [what, metadata, malformed] of NO_METADATA) {
  Deno.test(`Publication.metadata that ${what} is passed on, and nobody waits for ever`, async () => {
    const { peer, publication } = await publish();
    const tags = Array.fromAsync(publication.tags);
    peer.send(metadata);
    peer.sendTags([videoTag(0)]);
    peer.end();
    assertEquals(await publication.metadata, undefined);
    assertEquals((await tags).map(({ type }) => type), ["script", "video"]);
    assertEquals(peer.counts.discarded, malformed ? { "malformed-metadata": malformed } : {});
    assertBalanced(publication.ledger);
  });
}

Deno.test("Publication.metadata can have a member called __proto__", async () => {
  const { peer, publication } = await publish();
  peer.send(data("onMetaData", JSON.parse('{"__proto__":{"polluted":true}}')));
  const metadata = await publication.metadata;
  assertEquals(Object.keys(metadata!), ["__proto__"]);
  assertEquals(Object.getPrototypeOf(metadata), Object.prototype);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

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

Deno.test("whoever does not read holds the publisher back, and loses nothing", async () => {
  const { peer, publication } = await publish();
  const sent = Array.from({ length: 50 }, (_, i) => videoTag(i));
  peer.sendTags(sent);
  await peer.settled();
  const { untaken } = peer;
  assert(untaken > 40, `${untaken} of 50 writes are left`);
  await peer.settled();
  assertEquals(peer.untaken, untaken);
  assertEquals(publication.ledger.inFlight.videoFrames, 1);
  assertBalanced(publication.ledger);
  peer.end();
  assertEquals(await Array.fromAsync(publication.tags), sent);
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
  await peer.settled();
  assertEquals(tags, [videoTag(0)]);
  peer.end();
  assertEquals((await Array.fromAsync(unread!.tags)).length, 10);
  await all;
  assertEquals(tags.length, 10);
});

for (const waits of [false, true]) {
  const when = waits ? "while one waits" : "at once";
  Deno.test(`a consumer that cancels its tags ${when} holds nobody back, and all is counted`, async () => {
    for (const reads of [0, 1, 2, 3]) {
      const { peer, publication } = await publish();
      const reader = publication.tags.getReader();
      peer.sendTags([videoTag(0), videoTag(1), videoTag(2)]);
      for (let i = 0; i < reads; i++) await reader.read();
      if (waits) await peer.settled();
      await reader.cancel("enough");
      peer.sendTags([videoTag(3), videoTag(4)]);
      await peer.settled();
      assertEquals(peer.untaken, 0);
      const { ledger } = publication;
      assertEquals(ledger.received.videoFrames, 5);
      assertEquals([ledger.tags.videoFrames, ledger.unread.videoFrames], [reads, 5 - reads]);
      assertBalanced(ledger);
      assert((await reader.read()).done);
      assert(!peer.hasEnded);
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
  await peer.settled();
  publication.close("Enough for today");
  publication.close("Once more");
  assertEquals(await publication.closed, { reason: "closed", description: "Enough for today" });
  assertEquals(await peer.ended, {});
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
  await peer.settled();
  publication.close();
  assertEquals(await peer.ended, {});
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
  await peer.settled();
  publication.close();
  await peer.ended;
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
    assertEquals(await peer.ended, {});
    assertEquals(await Promise.all(ended), [{ reason: "closed", description: "Not now" }, []]);
    assertEquals(peer.codes.at(-1), "Failed");
    assertEquals(peer.program.publications.length, when === "give" ? 0 : 1);
  }
});
