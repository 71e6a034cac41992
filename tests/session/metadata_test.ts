import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { ecmaArray } from "../../src/amf/values.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { hex } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { assertBalanced, data, message, publish } from "./published.ts";

/** Script data that is no metadata; its values are these bytes. */
function another(values: string): RtmpMessage {
  return message(MessageType.DataAmf0, concat([encodeAmf0("onTextData"), hex(values)]));
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

const MANY = Object.fromEntries(Array.from({ length: 4096 }, (_, i) => [`member${i}`, null]));

const OVERSIZE: [what: string, message: RtmpMessage][] = [
  ["has more than 4,096 values", data("@setDataFrame", "onMetaData", MANY)],
  ["has more than 64 KiB", data("@setDataFrame", "onMetaData", { a: "x".repeat(65_536) })],
  ["has more than 64 KiB after its members", data("onMetaData", { a: 1 }, "x".repeat(65_536))],
];

for (const [what, metadata] of OVERSIZE) {
  Deno.test(`Publication.metadata that ${what} is passed on untouched, counted, and not read`, async () => {
    const { peer, publication } = await publish();
    const tags = Array.fromAsync(publication.tags);
    peer.send(metadata);
    peer.sendTags([videoTag(0)]);
    peer.end();
    assertEquals(await publication.metadata, undefined);
    const [script, video] = await tags;
    const name = encodeAmf0("onMetaData");
    const at = metadata.payload.length - script!.data.length;
    assertEquals(script!.data.subarray(0, name.length), name);
    assertEquals(script!.data, metadata.payload.subarray(at));
    assertEquals(video!.data, videoTag(0).data);
    assertEquals(peer.counts.discarded, { "oversize-metadata": 1 });
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
  ["is another event, of which no value can be read", another("ff"), 0],
  ["is another event, with an array that is cut short", another("0a 0000ea60 05"), 0],
  ["begins with an array", message(MessageType.DataAmf0, hex("0a 00000002 05 05")), 0],
];

for (const [what, metadata, malformed] of NO_METADATA) {
  Deno.test(`Publication.metadata that ${what} is passed on, and nothing waits indefinitely`, async () => {
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
