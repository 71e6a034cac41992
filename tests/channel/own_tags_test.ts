/**
 * What a consumer does to its tags changes nothing for all others.
 *
 * @module
 */

import { assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { videoTag } from "../support/media.ts";
import { Broadcast, metadata, sequenceHeader } from "./broadcast.ts";

/** Tags that a newcomer gets as well: metadata, a header, and everything since the keyframe. */
const published = (): FlvTag[] => [
  metadata(1),
  sequenceHeader("video", 1),
  ...Array.from({ length: 5 }, (_, i) => videoTag(i)),
];

const SPOILERS: [what: string, spoil: (tag: FlvTag) => void][] = [
  ["transfers its tags", ({ data }) => {
    structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
  }],
  ["writes to its tags", ({ data }) => void data.fill(0xff)],
  ["changes the times of its tags", (tag) => void (tag.timestamp = -1)],
];

for (const [what, spoil] of SPOILERS) {
  for (const filter of [undefined, (tag: FlvTag) => tag]) {
    const how = filter ? " behind a filter" : "";
    Deno.test(`a consumer that ${what}${how} leaves those of others alone`, async () => {
      const broadcast = new Broadcast();
      const options = filter ? { filter } : {};
      const spoiler = broadcast.subscribe({ mode: "lossless", ...options });
      const others = [broadcast.reader({ mode: "lossless" }), broadcast.reader({ shared: true })];
      const spoiling = spoiler.tags.pipeTo(new WritableStream({ write: spoil }));
      await broadcast.send(...published());
      const newcomer = broadcast.reader();
      await broadcast.send(videoTag(5));
      await broadcast.end();
      await spoiling;
      for (const { tags } of others) assertEquals(tags, [...published(), videoTag(5)]);
      assertEquals(newcomer.tags, [...published(), videoTag(5)]);
    });
  }

  Deno.test(`a program that ${what} of a channel's samples leaves those of consumers alone`, async () => {
    const broadcast = new Broadcast();
    await broadcast.send(...published());
    spoil(broadcast.channel.metadata!);
    spoil(broadcast.channel.sample("video")!);
    const newcomer = broadcast.reader();
    await broadcast.end();
    assertEquals(newcomer.tags, published());
  });
}

Deno.test("a filter may change the tags that it is given", async () => {
  const broadcast = new Broadcast();
  const filter = (tag: FlvTag) => {
    tag.data.fill(0xff);
    return tag;
  };
  broadcast.reader({ filter });
  const other = broadcast.reader();
  await broadcast.send(...published());
  await broadcast.end();
  assertEquals(other.tags, published());
});

Deno.test("consumers that ask for shared tags get the very same", async () => {
  const broadcast = new Broadcast();
  const readers = [true, true, false].map((shared) => broadcast.reader({ shared }));
  await broadcast.send(...published());
  await broadcast.end();
  const [first, second, own] = readers.map(({ tags }) => tags[0]!);
  assertStrictEquals(first, second);
  assertFalse(first === own);
  assertFalse(first!.data.buffer === own!.data.buffer);
});
