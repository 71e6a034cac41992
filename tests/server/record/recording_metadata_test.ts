import { assert, assertEquals } from "@std/assert";
import { decodeAmf0 } from "../../../src/amf/decode_amf0.ts";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { ecmaArray } from "../../../src/amf/values.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { METADATA_LIMITS, readMetadata } from "../../../src/flv/metadata.ts";
import { MAX_KEYFRAMES } from "../../../src/server/record/keyframe_index.ts";
import { RecordingMetadata } from "../../../src/server/record/recording_metadata.ts";
import { tagsOf, videoTag } from "../../support/media.ts";
import { record, said } from "./recorded.ts";

const FACTS = {
  duration: 2,
  lasttimestamp: 1.96,
  filesize: 4000,
  keyframes: { times: [0, 1], filepositions: [40_000, 50_000] },
};

function metadata(members: Record<string, unknown>): FlvTag {
  return { type: "script", timestamp: 0, data: encodeAmf0("onMetaData", ecmaArray(members)) };
}

function many(count: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, null]));
}

const SAID: [what: string, members: Record<string, unknown>][] = [
  ["nothing", {}],
  ["what encoders say", { width: 16, encoder: "test", stereo: true }],
  ["values in values", { list: [1, { a: "b" }], info: ecmaArray({ x: null }) }],
  ["a member called __proto__", JSON.parse('{"__proto__":5,"width":16}')],
  ["as much as is read", many(4094)],
];

for (const [what, members] of SAID) {
  Deno.test(`the metadata of a recording has ${what}, and its own members`, () => {
    const metadata = new RecordingMetadata(members);
    const [name, first] = decodeAmf0(metadata.encode());
    const [, last] = decodeAmf0(metadata.encode(FACTS));
    assertEquals(name, "onMetaData");
    const { filler: _, ...rest } = last as Record<string, unknown>;
    const [publishers] = decodeAmf0(encodeAmf0(members)) as [object];
    assertEquals(rest, { ...publishers, ...FACTS, hasKeyframes: true });
    const { duration, filesize, hasKeyframes } = first as Record<string, unknown>;
    assertEquals([duration, filesize, hasKeyframes], [0, 0, false]);
    assertEquals(metadata.encode().length, metadata.encode(FACTS).length);
  });
}

Deno.test("the members of a recording take the place of the publisher's", () => {
  const metadata = new RecordingMetadata({ duration: 9, keyframes: 1, filler: "x", width: 16 });
  const [, members] = decodeAmf0(metadata.encode(FACTS));
  const { filler, ...rest } = members as Record<string, unknown>;
  assertEquals(rest, { width: 16, ...FACTS, hasKeyframes: true });
  assertEquals(Array.isArray(filler), true);
});

Deno.test("a server that a recording is sent to can read its metadata", () => {
  const times = Array.from({ length: MAX_KEYFRAMES }, (_, i) => 2 * i);
  const metadata = new RecordingMetadata({ width: 16 });
  for (const keyframes of [{ times: [], filepositions: [] }, { times, filepositions: times }]) {
    const read = readMetadata(metadata.encode({ ...FACTS, keyframes }), METADATA_LIMITS);
    assert(read && "members" in read, JSON.stringify(read));
    assertEquals([read.members.width, read.members.filesize], [16, FACTS.filesize]);
  }
});

Deno.test("the count of its members is theirs", () => {
  const bytes = new RecordingMetadata({ width: 16 }).encode(FACTS);
  const at = encodeAmf0("onMetaData").length + 1;
  // width, duration, lasttimestamp, filesize, hasKeyframes, keyframes, filler
  assertEquals(new DataView(bytes.buffer, bytes.byteOffset).getUint32(at), 7);
});

for (
  const [what, oversize] of [
    ["values", metadata(many(5000))],
    ["bytes", metadata({ text: "x".repeat(70_000) })],
  ] as const
) {
  Deno.test(`metadata with more ${what} than are read is recorded as it is, after our own`, async () => {
    const bytes = await record([oversize, videoTag(0)]);
    const [own, publishers, video] = tagsOf(bytes);
    assertEquals(said(bytes).filesize, bytes.length);
    assertEquals(Object.keys(said(bytes)).includes("m0"), false);
    assertEquals(own!.type, "script");
    assertEquals(publishers, oversize);
    assertEquals(video, videoTag(0));
  });
}
