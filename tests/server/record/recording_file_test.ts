import { assert, assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { ecmaArray } from "../../../src/amf/values.ts";
import { FlvDemuxer } from "../../../src/flv/demuxer.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { parseScriptTag } from "../../../src/flv/script_tag.ts";
import { isKeyframe } from "../../../src/flv/tag_kind.ts";
import { fixtureTags, mediaOf, tagsOf, videoTag } from "../../support/media.ts";
import { record, type Said, said } from "./recorded.ts";

const AUDIO: FlvTag = { type: "audio", timestamp: 7, data: Uint8Array.of(0xaf, 1, 0x21) };

/** Metadata with these values behind its name. */
function metadata(...values: unknown[]): FlvTag {
  return { type: "script", timestamp: 0, data: encodeAmf0("onMetaData", ...values) };
}

/** What the FLV header announces, as `audio+video`. */
function announced(bytes: Uint8Array): string {
  const demuxer = new FlvDemuxer();
  demuxer.decode(bytes, () => {});
  return (["audio", "video"] as const).filter((kind) => demuxer.header?.[kind]).join("+");
}

Deno.test("a recording has the publisher's metadata, and an index of its keyframes in it", async () => {
  const sent = await fixtureTags();
  const bytes = await record(sent);
  assertEquals(mediaOf(tagsOf(bytes)), mediaOf(sent));
  const { keyframes, ...rest } = said(bytes);
  const frames = mediaOf(sent).filter(({ data }) => data[1] === 1);
  const { duration: _, filesize: __, ...publishers } = parseScriptTag(sent[0]!.data)
    .values[0] as Said;
  const { duration, lasttimestamp, filesize, hasKeyframes, ...others } = rest;
  assertEquals(others, publishers);
  const [first, last] = [frames[0]!, frames.at(-1)!].map(({ timestamp }) => timestamp / 1000);
  assertEquals([lasttimestamp, filesize, hasKeyframes], [last, bytes.length, true]);
  // The last frame takes as long as the one before it: at most the 34 ms of a video frame.
  assert(duration > last! - first! && duration <= last! - first! + 0.034, `${duration} s`);
  const expected = sent.filter(isKeyframe);
  assertEquals(keyframes?.times, expected.map(({ timestamp }) => timestamp / 1000));
  for (const [i, at] of keyframes!.filepositions.entries()) {
    assertEquals(bytes.subarray(at + 11, at + 11 + expected[i]!.data.length), expected[i]!.data);
  }
});

Deno.test("a recording is whole, and its header true, after every tag", async () => {
  const sent = [metadata({ encoder: "test" }), AUDIO, videoTag(0), videoTag(1), AUDIO];
  const flags = ["", "audio", "audio+video", "audio+video", "audio+video"];
  let length = 0;
  const bytes = await record(sent, (bytes, tag) => {
    assertEquals(mediaOf(tagsOf(bytes)), mediaOf(sent.slice(0, tag + 1)), `tag ${tag}`);
    assertEquals(announced(bytes), flags[tag], `tag ${tag}`);
    assertEquals([said(bytes).encoder, said(bytes).duration], ["test", 0]);
    length = bytes.length;
  });
  assertEquals(bytes.length, length);
});

const BROKEN = Uint8Array.of(...metadata().data, 8, 0, 0, 0, 1, 0, 4, 0x6e);

for (
  const [what, sent, scripts] of [
    ["no metadata", [videoTag(0)], 1],
    ["metadata behind the first frame", [videoTag(0), metadata({ width: 5 }), videoTag(1)], 2],
    ["two of them", [metadata({ a: 1 }), metadata({ a: 2 }), videoTag(0)], 2],
    ["metadata that is no AMF", [{ ...metadata(), data: BROKEN }, videoTag(0)], 2],
    ["metadata that is no object", [metadata("text"), videoTag(0)], 2],
    ["another event", [{ ...AUDIO, type: "script", data: encodeAmf0("onCuePoint", {}) }], 2],
  ] as [string, FlvTag[], number][]
) {
  Deno.test(`a recording of a publication with ${what} begins with its own, and loses nothing`, async () => {
    const bytes = await record(sent);
    const tags = tagsOf(bytes);
    assertEquals(mediaOf(tags), mediaOf(sent));
    const later = tags.slice(1).filter(({ type }) => type === "script");
    assertEquals(
      later,
      sent.filter(({ type }) => type === "script").slice(-later.length || Infinity),
    );
    assertEquals(1 + later.length, scripts);
    assertEquals(said(bytes).filesize, bytes.length);
  });
}

Deno.test("a recording keeps the publisher's metadata, whatever is in it, and corrects it", async () => {
  const members = {
    width: 1920,
    audiocodecid: "mp4a",
    created: new Date(5),
    nested: { list: [1, "two", null] },
    duration: 99,
    filesize: 1,
    hasKeyframes: "yes",
    keyframes: { times: [1], filepositions: [2] },
    filler: "mine",
  };
  const bytes = await record([metadata(ecmaArray(members)), AUDIO]);
  const { width, audiocodecid, created, nested, ...rest } = said(bytes);
  assertEquals({ width, audiocodecid, created, nested }, {
    width: members.width,
    audiocodecid: members.audiocodecid,
    created: members.created,
    nested: members.nested,
  });
  assertEquals(rest, {
    duration: 0,
    lasttimestamp: 0.007,
    filesize: bytes.length,
    hasKeyframes: false,
  });
});

Deno.test("a recording of nothing is a file that can be read", async () => {
  const bytes = await record([]);
  assertEquals([announced(bytes), tagsOf(bytes).length, said(bytes).duration], ["", 1, 0]);
});
