import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { ecmaArray } from "../../src/amf/values.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { hex } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { assertBalanced, data, message, publish } from "./published.ts";

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
