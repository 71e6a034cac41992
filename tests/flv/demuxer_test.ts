import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { FlvError } from "../../src/errors.ts";
import { TimestampUnwrapper } from "../../src/flv/timestamp_unwrapper.ts";
import { FlvDemuxer, FlvDemuxerStream } from "../../src/flv/demuxer.ts";
import type { FlvTag, FlvTagType } from "../../src/flv/flv_tag.ts";
import { FlvMuxer } from "../../src/flv/muxer.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { hex } from "../support/bytes.ts";

const HEADER = "464c5601 05 00000009 00000000";
const AUDIO_TAG = "08 000002 000017 00 000000 af01 0000000d";
const AUDIO: FlvTag = { type: "audio", timestamp: 23, data: hex("af01") };

function demux(demuxer: FlvDemuxer, ...inputs: Uint8Array[]): FlvTag[] {
  const tags: FlvTag[] = [];
  for (const input of inputs) demuxer.decode(input, (tag) => tags.push(tag));
  return tags;
}

Deno.test("FlvDemuxer.decode() reads header and tags", () => {
  const demuxer = new FlvDemuxer();
  const tags = demux(
    demuxer,
    hex(`${HEADER} ${AUDIO_TAG}
      09 000000 abcdef 89 000000 0000000b
      12 000001 000000 00 000000 05 0000000c`),
  );
  assertEquals(demuxer.header, { version: 1, audio: true, video: true });
  assertEquals(tags, [
    AUDIO,
    { type: "video", timestamp: 0x89abcdef, data: hex("") },
    { type: "script", timestamp: 0, data: hex("05") },
  ]);
  assertEquals([demuxer.incompleteBytes, demuxer.skippedTags], [0, 0]);
});

Deno.test("FlvDemuxer.decode() reads script data of type 15 as that of type 18", () => {
  assertEquals(
    demux(new FlvDemuxer(), hex(`${HEADER} 0f 000003 000000 00 000000 00 11 01 0000000e`)),
    [
      { type: "script", timestamp: 0, data: hex("11 01") },
    ],
  );
});

Deno.test("FlvDemuxer.decode() reads any file", () => {
  const cases: [string, string, number][] = [
    [
      "wrong PreviousTagSizes",
      `${HEADER} 08 000002 000017 00 000000 af01 ffffffff ${AUDIO_TAG}`,
      0,
    ],
    ["a longer header", `464c5601 05 0000000c aabbcc 00000000 ${AUDIO_TAG}`, 0],
    ["an unknown type", `${HEADER} 0a 000003 000000 00 000000 010203 0000000e ${AUDIO_TAG}`, 1],
    ["an encrypted tag", `${HEADER} 29 000003 000000 00 000000 010203 0000000e ${AUDIO_TAG}`, 1],
    ["a stream id", `${HEADER} 08 000002 000017 00 000001 af01 0000000d`, 0],
    ["no flags", `464c5601 00 00000009 00000000 ${AUDIO_TAG}`, 0],
  ];
  for (const [name, file, skippedTags] of cases) {
    const demuxer = new FlvDemuxer();
    assertEquals(demux(demuxer, hex(file)).at(-1), AUDIO, name);
    assertEquals(demuxer.skippedTags, skippedTags, name);
  }
});

Deno.test("FlvDemuxer.incompleteBytes counts what has come of a tag", () => {
  const file = hex(HEADER + AUDIO_TAG);
  for (
    const [length, incomplete, tags] of [
      [0, 0, 0],
      [8, 8, 0],
      [9, 0, 0],
      [13, 0, 0],
      [20, 7, 0],
      [25, 12, 0],
      [26, 0, 1],
      [28, 0, 1],
    ] as const
  ) {
    const demuxer = new FlvDemuxer();
    assertEquals(demux(demuxer, file.subarray(0, length)).length, tags, `${length}`);
    assertEquals(demuxer.incompleteBytes, incomplete, `${length}`);
  }
});

Deno.test("FlvDemuxer.decode() throws when the bytes are no FLV", () => {
  const cases: [string, number, string][] = [
    ["48545450 2f312e31 20", 0, "Cannot read an FLV header: read 48 54 54 50"],
    ["464c5601 05 00000008", 0, "Cannot read an FLV header"],
    [`${HEADER} ${AUDIO_TAG} 48 000002 000017 00 000000`, 30, "Cannot read an FLV tag"],
    [
      `${HEADER} ${AUDIO_TAG} ${AUDIO_TAG} 07 000002 000017 00 000100`,
      47,
      "Cannot read an FLV tag",
    ],
  ];
  for (const [file, byteOffset, message] of cases) {
    for (const size of [1, 5, 1000]) {
      const demuxer = new FlvDemuxer();
      const error = assertThrows(
        () => demux(demuxer, ...cut(hex(file), [size])),
        FlvError,
        message,
      );
      assertEquals(error.byteOffset, byteOffset);
    }
  }
});

Deno.test("FlvDemuxer.decode() holds no memory for what is only announced", () => {
  const demuxer = new FlvDemuxer();
  const tags = demux(demuxer, hex(`${HEADER} 09 ffffff 000000 00 000000 17`));
  assertEquals(tags, []);
  assertEquals(demuxer.incompleteBytes, 12);
});

Deno.test("FlvDemuxer.decode() gives data that later inputs do not change", () => {
  const file = hex(HEADER + AUDIO_TAG);
  const input = new Uint8Array(file.length);
  input.set(file);
  const tags = demux(new FlvDemuxer(), input);
  input.fill(0xee);
  assertEquals(tags, [AUDIO]);
});

Deno.test("FlvDemuxerStream delivers all tags before the error", async () => {
  const file = ReadableStream.from([
    hex(`${HEADER} ${AUDIO_TAG} ${AUDIO_TAG} ff 000002 000017 00 000000`),
  ]);
  const reader = file.pipeThrough(new FlvDemuxerStream()).getReader();
  assertEquals((await reader.read()).value, AUDIO);
  assertEquals((await reader.read()).value, AUDIO);
  await assertRejects(() => reader.read(), FlvError, "Cannot read an FLV tag");
});

Deno.test("FlvDemuxerStream ends well inside a tag, and shows it", async () => {
  const demuxer = new FlvDemuxerStream();
  const file = ReadableStream.from([hex(`${HEADER} ${AUDIO_TAG} 08 0000`)]);
  assertEquals(await Array.fromAsync(file.pipeThrough(demuxer)), [AUDIO]);
  assertEquals(demuxer.incompleteBytes, 3);
  assertEquals(demuxer.header?.audio, true);
  assertEquals(demuxer.skippedTags, 0);
});

/** Cuts bytes into pieces of these sizes, over and over. */
function cut(bytes: Uint8Array, sizes: number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += sizes[(pieces.length - 1) % sizes.length]!) {
    pieces.push(bytes.subarray(at, at + sizes[pieces.length % sizes.length]!));
  }
  return pieces;
}

/** Tags as the clock gives them for jumps of all kinds, and wraps where FLV has them, at 2^32. */
const tagList = fc.array(fc.record({
  type: fc.constantFrom<FlvTagType>("audio", "video", "script"),
  timestamp: fc.oneof(
    fc.nat(2 ** 30),
    fc.nat(1000),
    fc.nat(1000).map((before) => 2 ** 32 - 1 - before),
  ),
  data: fc.uint8Array({ maxLength: 60, size: "max" }),
})).map((tags): FlvTag[] => {
  const clock = new TimestampUnwrapper();
  return tags.map((tag) => ({ ...tag, timestamp: clock.unwrap(tag.timestamp) }));
});

Deno.test("FlvDemuxer undoes FlvMuxer, however the bytes are cut", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(tagList, sizes, (tags, sizes) => {
    const muxer = new FlvMuxer();
    const file = concat([muxer.header(), ...tags.map((tag) => muxer.tag(tag))]);
    const demuxer = new FlvDemuxer();
    assertEquals(demux(demuxer, ...cut(file, sizes)), tags);
    assertEquals(demuxer.incompleteBytes, 0);
  }));
});

Deno.test("FlvDemuxer does the same with any bytes, however they are cut", () => {
  const outcome = (inputs: Uint8Array[]) => {
    const demuxer = new FlvDemuxer();
    const tags: FlvTag[] = [];
    try {
      for (const input of inputs) demuxer.decode(input, (tag) => tags.push(tag));
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
      return { tags, message: error.message };
    }
    const { incompleteBytes, skippedTags } = demuxer;
    return { tags, incompleteBytes, skippedTags };
  };
  const small = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 8, 9, 10, 15, 18, 0x29, 0x48), {
    maxLength: 90,
    size: "max",
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(small, sizes, (bytes, sizes) => {
    const file = concat([hex(HEADER), Uint8Array.from(bytes)]);
    assertEquals(outcome(cut(file, sizes)), outcome([file]));
  }));
});

Deno.test("FlvDemuxer and FlvMuxer give a file of FFmpeg's back byte for byte", async () => {
  const file = await Deno.readFile(new URL("../fixtures/clip60.flv", import.meta.url));
  const tags = demux(new FlvDemuxer(), ...cut(file, [1460]));
  const muxer = new FlvMuxer();
  assertEquals(concat([muxer.header(), ...tags.map((tag) => muxer.tag(tag))]), file);
  const counts = Map.groupBy(tags, ({ type, data }) => mediaKind(type, data));
  assertEquals(counts.get("videoFrames")?.length, 60);
  assertEquals(counts.get("audioFrames")?.length, 88);
  assertEquals(counts.get("scriptTags")?.length, 1);
  assertEquals(counts.get("otherTags")?.length, 3);
});
