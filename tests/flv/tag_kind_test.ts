import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MediaKind } from "../../src/ledger/counts.ts";
import type { FlvTagType } from "../../src/flv/flv_tag.ts";
import {
  isKeyframe,
  isSequenceHeader,
  mediaKind,
  sequenceHeaderKey,
} from "../../src/flv/tag_kind.ts";
import { hex } from "../support/bytes.ts";

const AVC1 = "61766331";
const HVC1 = "68766331";
const VP09 = "76703039";
const OPUS = "4f707573";

/** Type, bytes, kind, key; "key" marks what is a keyframe. */
const TAGS: [FlvTagType, string, MediaKind, string?][] = [
  // Legacy video
  ["video", "17 00 000000 01", "otherTags", "video:0"],
  ["video", "17 01 000000 01", "videoFrames", "key"],
  ["video", "47 01 000000 01", "videoFrames", "key"],
  ["video", "27 01 000000 01", "videoFrames"],
  ["video", "1c 01 000000 01", "videoFrames", "key"],
  ["video", "1c 00 000000 01", "otherTags", "video:0"],
  ["video", "17 01 000000", "otherTags"],
  ["video", "17 02 000000", "otherTags"],
  ["video", "17 03 000000 01", "otherTags"],
  ["video", "17 01 0000", "otherTags"],
  ["video", "17", "otherTags"],
  ["video", "57 00", "otherTags"],
  ["video", "12 01", "videoFrames", "key"],
  ["video", "22 01", "videoFrames"],
  ["video", "12", "otherTags"],
  ["video", "", "otherTags"],
  // Enhanced video
  ["video", `90 ${HVC1} 01`, "otherTags", "video:0"],
  ["video", `95 ${HVC1} 01`, "otherTags", "video:0"],
  ["video", `91 ${HVC1} 000000 01`, "videoFrames", "key"],
  ["video", `a1 ${HVC1} 000000 01`, "videoFrames"],
  ["video", `91 ${HVC1} 000000`, "otherTags"],
  ["video", `91 ${VP09} 01`, "videoFrames", "key"],
  ["video", `93 ${HVC1} 01`, "videoFrames", "key"],
  ["video", `92 ${HVC1}`, "otherTags"],
  ["video", `94 ${HVC1} 02 0001 61`, "otherTags", "video:0:metadata"],
  ["video", `d4 ${HVC1} 02 0001 61`, "otherTags", "video:0:metadata"],
  ["video", `d1 00`, "otherTags"],
  ["video", `d1 ${HVC1} 000000 01`, "otherTags"],
  ["video", `98 ${HVC1} 01`, "otherTags"],
  ["video", "91 6876", "otherTags"],
  ["video", "80", "otherTags"],
  // ModEx and Multitrack
  ["video", `97 02 000001 01 ${VP09} 01`, "videoFrames", "key"],
  ["video", `97 ff 0001 2a2a 17 00 2a 10 ${VP09} 01`, "otherTags", "video:0"],
  ["video", "97", "otherTags"],
  ["video", "97 ff", "otherTags"],
  ["video", "97 05 00", "otherTags"],
  ["video", `96 00 ${AVC1} 01 01`, "otherTags", "video:1"],
  ["video", `96 01 ${AVC1} 01 000000 01`, "videoFrames", "key"],
  ["video", `96 01 ${AVC1} 01 000000`, "otherTags"],
  ["video", `96 10 ${AVC1} 00 000001 01 02 000000`, "otherTags", "video:0+2"],
  ["video", `a6 11 ${VP09} 00 000001 01 02 000000`, "videoFrames"],
  ["video", `a6 21 ${VP09} 00 000000 ${VP09} 02 000001 01`, "videoFrames"],
  ["video", `96 31 ${AVC1} 00 000001 01`, "otherTags"],
  ["video", `96 06 ${AVC1} 00 000001 01`, "otherTags"],
  ["video", "96", "otherTags"],
  ["video", "96 01", "otherTags"],
  // Audio
  ["audio", "af 00 1210", "otherTags", "audio:0"],
  ["audio", "af 00", "otherTags", "audio:0"],
  ["audio", "af 01 21", "audioFrames"],
  ["audio", "af 01", "otherTags"],
  ["audio", "af 02 21", "otherTags"],
  ["audio", "af", "otherTags"],
  ["audio", "2f ff", "audioFrames"],
  ["audio", "2f", "otherTags"],
  ["audio", "", "otherTags"],
  ["audio", `90 ${OPUS} 01`, "otherTags", "audio:0"],
  ["audio", `91 ${OPUS} 01`, "audioFrames"],
  ["audio", `91 ${OPUS}`, "otherTags"],
  ["audio", `92 ${OPUS}`, "otherTags"],
  ["audio", `93 ${OPUS} 01`, "otherTags"],
  ["audio", `94 ${OPUS} 00 02`, "otherTags", "audio:0:channels"],
  ["audio", `95 04 ${OPUS} 03 00 02`, "otherTags", "audio:3:channels"],
  ["audio", `95 00 ${OPUS} 01 01`, "otherTags", "audio:1"],
  ["audio", `95 01 ${OPUS} 01 01`, "audioFrames"],
  ["audio", `95 01 ${OPUS} 01`, "otherTags"],
  // Script data
  ["script", "02 0001 61", "scriptTags"],
  ["script", "", "otherTags"],
];

Deno.test("mediaKind() tells coded frames from everything else", () => {
  for (const [type, data, kind] of TAGS) assertEquals(mediaKind(type, hex(data)), kind, data);
});

Deno.test("isKeyframe() is true for coded keyframes only", () => {
  for (const [type, data, , key] of TAGS) {
    assertEquals(isKeyframe({ type, timestamp: 0, data: hex(data) }), key === "key", data);
  }
});

Deno.test("sequenceHeaderKey() tells the headers of tracks apart", () => {
  for (const [type, data, , key] of TAGS) {
    const expected = key === "key" ? undefined : key;
    assertEquals(sequenceHeaderKey({ type, timestamp: 0, data: hex(data) }), expected, data);
  }
});

Deno.test("sequenceHeaderKey() is undefined for a header that cannot be read", () => {
  for (const data of [`94 ${HVC1} 02`, `96 10 ${AVC1} 00 000009 01`]) {
    assertEquals(sequenceHeaderKey({ type: "video", timestamp: 0, data: hex(data) }), undefined);
  }
});

Deno.test("isSequenceHeader() is true for sequence headers only", () => {
  for (const [type, data, , key] of TAGS) {
    const header = /^(audio|video):[0-9+]+$/.test(key ?? "");
    assertEquals(isSequenceHeader({ type, timestamp: 0, data: hex(data) }), header, data);
  }
});

Deno.test("mediaKind() and the others take any bytes", () => {
  const type = fc.constantFrom<FlvTagType>("audio", "video", "script");
  const first = fc.constantFrom(0x17, 0x90, 0x91, 0x95, 0x96, 0x97, 0xaf, 0xd4);
  fc.assert(fc.property(type, first, fc.uint8Array({ maxLength: 24 }), (type, first, rest) => {
    const tag = { type, timestamp: 0, data: Uint8Array.from([first, ...rest]) };
    const frame = mediaKind(type, tag.data).endsWith("Frames");
    assertEquals(frame && isSequenceHeader(tag), false);
    assertEquals(isKeyframe(tag) && !frame, false);
    sequenceHeaderKey(tag);
  }));
});
