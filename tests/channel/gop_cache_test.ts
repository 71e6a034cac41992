import { assertEquals } from "@std/assert";
import {
  DEFAULT_GOP_CACHE,
  GopCache,
  type GopCacheLimits,
  MAX_HEADER_BYTES,
  MAX_KEPT_FRAMES,
} from "../../src/channel/gop_cache.ts";
import { TAG_OVERHEAD, TagClassifier } from "../../src/channel/counted_tag.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { videoTag } from "../support/media.ts";
import { audioTag, metadata, sequenceHeader } from "./broadcast.ts";

function cacheOf(tags: FlvTag[], limits?: GopCacheLimits): GopCache {
  const cache = new GopCache(limits);
  const classifier = new TagClassifier();
  for (const tag of tags) {
    const classified = classifier.classify(tag);
    cache.add({ ...classified, keyframe: classified.isRandomAccess, lacksHeader: false });
  }
  return cache;
}

function frames(cache: GopCache): FlvTag[] {
  return cache.frames.map(({ tag }) => tag);
}

Deno.test("GopCache keeps everything since the last keyframe", () => {
  const since = [videoTag(25), audioTag(1010), videoTag(26)];
  assertEquals(frames(cacheOf([audioTag(0), videoTag(1)])), []);
  assertEquals(frames(cacheOf([videoTag(0), videoTag(1), ...since])), since);
});

const FRAME = 1000;
const LIMITS = { maxBytes: 5 * (FRAME + TAG_OVERHEAD), maxTime: 400 };

for (
  const [what, tags, kept] of [
    ["as many bytes as it may", [0, 1, 2, 3, 4], 5],
    ["more bytes than it may", [0, 1, 2, 3, 4, 5], 0],
    ["as much time as it may", [0, 10], 2],
    ["more time than it may", [0, 11], 0],
    ["too much, and then a keyframe", [0, 1, 2, 3, 4, 5, 6, 25, 26], 2],
  ] as [string, number[], number][]
) {
  Deno.test(`GopCache keeps ${kept} frames when it has been given ${what}`, () => {
    const cache = cacheOf(tags.map((index) => videoTag(index, FRAME)), LIMITS);
    assertEquals(cache.frames.length, kept);
  });
}

Deno.test("GopCache keeps so many frames, however small they are, and none beyond that", () => {
  const tiny = { ...videoTag(1, 6), timestamp: 0 };
  const cache = cacheOf([videoTag(0, 6), ...Array(MAX_KEPT_FRAMES - 1).fill(tiny)]);
  assertEquals(cache.frames.length, MAX_KEPT_FRAMES);
  assertEquals(cacheOf([videoTag(0, 6), ...Array(MAX_KEPT_FRAMES).fill(tiny)]).frames.length, 0);
});

Deno.test("GopCache keeps no frame when it is off, and headers all the same", () => {
  const header = sequenceHeader("video", 1);
  const cache = cacheOf([header, videoTag(0)], { ...DEFAULT_GOP_CACHE, maxBytes: 0 });
  assertEquals(cache.frames.length, 0);
  assertEquals(cache.headersFor(videoTag(25)).map(({ tag }) => tag), [
    { ...header, timestamp: 1000 },
  ]);
});

Deno.test("GopCache gives the headers that its frames were made with, not those after them", () => {
  const cache = cacheOf([
    metadata(0),
    sequenceHeader("video", 1),
    videoTag(0),
    sequenceHeader("video", 2),
  ]);
  const headers = (tag: FlvTag) => cache.headersFor(tag).map(({ tag: { data } }) => data.at(-1));
  assertEquals(headers(cache.frames[0]!.tag), [metadata(0).data.at(-1), 1]);
  assertEquals(headers(videoTag(25)), [metadata(0).data.at(-1), 2]);
});

/** A sequence header of these tracks, of which each has so many bytes. */
function headerOfTracks(trackIds: number[], size: number): FlvTag {
  // Audio, multitrack, many tracks of one codec: FourCC, then track id, size and body of each.
  const head = [0x95, 0x10, ...new TextEncoder().encode("mp4a")];
  const bodies = trackIds.flatMap((id) => [id, 0, size >> 8, size & 0xff, ...Array(size).fill(id)]);
  return { type: "audio", timestamp: 0, data: Uint8Array.of(...head, ...bodies) };
}

Deno.test("GopCache keeps a bounded number of bytes in headers, the latest ones", () => {
  const tracks = (i: number) => [i & 0xff, i >> 8];
  const { data } = headerOfTracks(tracks(0), 2000);
  const fit = Math.floor(MAX_HEADER_BYTES / (TAG_OVERHEAD + data.length));
  const cache = cacheOf(Array.from({ length: 2 * fit }, (_, i) => headerOfTracks(tracks(i), 2000)));
  const kept = cache.headersFor(videoTag(0)).map(({ tag: { data } }) =>
    data[6]! | data[2010]! << 8
  );
  assertEquals(kept, Array.from({ length: fit }, (_, i) => fit + i));
});

Deno.test("GopCache keeps no header that is larger than all headers may be", () => {
  const large: FlvTag = { ...metadata(0), data: new Uint8Array(MAX_HEADER_BYTES) };
  large.data.set(metadata(0).data);
  const cache = cacheOf([sequenceHeader("video", 1), large, sequenceHeader("audio", 2)]);
  assertEquals(cache.headersFor(videoTag(0)).map(({ tag: { data } }) => data.at(-1)), [2]);
});

Deno.test("GopCache.forgetFrames() lets the frames go, and keeps the headers", () => {
  const header = sequenceHeader("audio", 1);
  const cache = cacheOf([header, videoTag(0)]);
  cache.forgetFrames();
  assertEquals(cache.frames.length, 0);
  assertEquals(cache.header("audio:0"), header);
});
