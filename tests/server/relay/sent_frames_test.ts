import { assert, assertEquals, assertFalse } from "@std/assert";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { fingerprint } from "../../../src/flv/fingerprint.ts";
import { SentFrames } from "../../../src/server/relay/sent_frames.ts";
import { videoTag } from "../../support/media.ts";

function frame(bytes: number, fill = 0): FlvTag {
  const data = new Uint8Array(bytes).fill(fill);
  data.set([0x27, 1, 0, 0, 0]);
  return { type: "video", timestamp: 0, data };
}

/** The same frame with one byte changed. */
function changed(tag: FlvTag, at: number): FlvTag {
  const data = tag.data.slice();
  data[at]! ^= 1;
  return { ...tag, data };
}

Deno.test("a frame has a fingerprint of its type, its length and its content", () => {
  const tag = frame(1000);
  const others = [
    frame(1001),
    { ...tag, type: "audio" as const },
    changed(tag, 5),
    changed(tag, 132),
    changed(tag, 872),
    changed(tag, 999),
  ];
  const prints = [tag, ...others].map(fingerprint);
  assertEquals(new Set(prints).size, prints.length);
  assert(prints.every(Number.isSafeInteger), `${prints}`);
});

Deno.test("a frame keeps its fingerprint with another time, and another composition time", () => {
  const tag = frame(1000);
  assertEquals(fingerprint({ ...changed(tag, 4), timestamp: 40 } as FlvTag), fingerprint(tag));
});

Deno.test("fingerprints of frames of all lengths can be made, and differ", () => {
  const prints = Array.from({ length: 600 }, (_, length) => {
    const data = new Uint8Array(length);
    return fingerprint({ type: "video", data });
  });
  // What is shorter than the header has no content.
  assertEquals(new Set(prints.slice(5)).size, 595);
});

Deno.test("frames that were sent are known for 10 s, headers never", () => {
  let now = 0;
  const sent = new SentFrames({ now: () => now });
  assert(sent.isEmpty);
  const header: FlvTag = { type: "video", timestamp: 0, data: Uint8Array.of(0x17, 0, 0, 0, 0, 1) };
  sent.add(header, "otherTags");
  assertFalse(sent.has(header));
  sent.add(videoTag(0), "videoFrames");
  now = 6_000;
  sent.add(videoTag(1), "videoFrames");
  now = 10_000;
  assertEquals([videoTag(0), videoTag(1), videoTag(2)].map((tag) => sent.has(tag)), [
    ...[true, true, false],
  ]);
  now = 10_001;
  assertEquals([sent.has(videoTag(0)), sent.has(videoTag(1)), sent.isEmpty], [false, true, false]);
  now = 16_001;
  assert(sent.isEmpty);
});

Deno.test("no more than 4096 frames are known, the last ones", () => {
  const sent = new SentFrames({ now: () => 0 });
  const tags = Array.from({ length: 5_000 }, (_, i) => {
    const data = new Uint8Array(100);
    new DataView(data.buffer).setUint32(50, i);
    data.set([0x27, 1, 0, 0, 0]);
    return { type: "video", timestamp: 0, data } as const;
  });
  for (const tag of tags) sent.add(tag, "videoFrames");
  assertEquals(tags.filter((tag) => sent.has(tag)), tags.slice(-4096));
});
