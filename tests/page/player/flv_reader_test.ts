/**
 * FLV as the page reads and writes it.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import { flvHeader, FlvReader, flvTag } from "../../../src/server/page/player/flv_reader.js";
import { flvBytes } from "../../support/http.ts";
import { fixtureTags, mediaOf, tagsOf } from "../../support/media.ts";

type Read = { type: string; timestamp: number; data: Uint8Array };

/** Reads a file in pieces of this many bytes. */
function read(file: Uint8Array<ArrayBuffer>, size: number): { tags: Read[]; announced: unknown } {
  const tags: Read[] = [];
  const reader = new FlvReader((type, data, timestamp) =>
    tags.push({ type, timestamp, data: data.slice() })
  );
  for (let at = 0; at < file.length; at += size) reader.add(file.subarray(at, at + size));
  return { tags, announced: reader.announced };
}

Deno.test("FlvReader gives the audio and video of a file, however it is cut", async () => {
  const tags = await fixtureTags();
  const file = flvBytes(tags);
  for (const size of [1, 7, 1000, file.length]) {
    const { tags: got, announced } = read(file, size);
    assertEquals(announced, ["audio", "video"]);
    assertEquals(
      got,
      mediaOf(tags).map(({ type, timestamp, data }) => ({ type, timestamp, data })),
    );
  }
});

Deno.test("FlvReader reads times of 32 bits", () => {
  const tag = { type: "video" as const, timestamp: 0xfedcba98, data: Uint8Array.of(0x17) };
  assertEquals(read(flvBytes([tag]), 1000).tags[0]?.timestamp, 0xfedcba98);
});

Deno.test("FlvReader refuses what is not FLV", () => {
  const page = new TextEncoder().encode("<!doctype html>");
  assertThrows(() => new FlvReader(() => {}).add(page), Error, "other than FLV");
});

Deno.test("flvHeader() and flvTag() make a file", async () => {
  const tags = mediaOf(await fixtureTags());
  const file = concat([
    flvHeader(new Set(["audio", "video"])),
    ...tags.map(({ type, data, timestamp }) => flvTag(type as "audio" | "video", data, timestamp)),
  ]);
  assertEquals(tagsOf(file), tags);
  assertEquals(flvHeader(new Set(["audio"]))[4], 4);
  assertEquals(flvHeader(new Set(["video"]))[4], 1);
});
