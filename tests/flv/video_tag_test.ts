import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { FlvError } from "../../src/errors.ts";
import { parseVideoTag, type VideoTag } from "../../src/flv/video_tag.ts";
import { hex } from "../support/bytes.ts";

/** A tag with one track, and the rest as most tags have it. */
function videoTag(tag: Partial<VideoTag>, data: string, codec = "avc1"): VideoTag {
  const { compositionTime = 0 } = tag;
  return {
    enhanced: false,
    frameType: "keyframe",
    packetType: "coded-frames",
    codec,
    compositionTime,
    nanosecondOffset: 0,
    multitrack: undefined,
    tracks: [{ trackId: 0, codec, compositionTime, data: hex(data) }],
    command: undefined,
    colorInfo: undefined,
    ...tag,
  };
}

const AVC1 = "61766331";
const HVC1 = "68766331";
const VP09 = "76703039";
const AV01 = "61763031";

Deno.test("parseVideoTag() reads legacy tags", () => {
  const cases: [string, VideoTag][] = [
    ["17 00 000000 0142c0", videoTag({ packetType: "sequence-start" }, "0142c0")],
    ["17 01 00000a 010203", videoTag({ compositionTime: 10 }, "010203")],
    ["27 01 ffffde 01", videoTag({ frameType: "inter", compositionTime: -34 }, "01")],
    ["27 02 000000", videoTag({ frameType: "inter", packetType: "sequence-end" }, "")],
    ["17 02 000005", videoTag({ packetType: "sequence-end" }, "")],
    ["17 09 000000 aa", videoTag({ packetType: "reserved" }, "aa")],
    ["47 01 000000 aa", videoTag({ frameType: "generated" }, "aa")],
    ["1c 01 000001 aa", videoTag({ compositionTime: 1 }, "aa", "hvc1")],
    ["32 aabb", videoTag({ frameType: "disposable" }, "aabb", "h263")],
    ["13 aa", videoTag({}, "aa", "screen")],
    ["14 aa", videoTag({}, "aa", "vp06")],
    ["15 aa", videoTag({}, "aa", "vp6a")],
    ["16 aa", videoTag({}, "aa", "screen2")],
    ["18 aa", videoTag({}, "aa", "legacy-8")],
    [
      "57 01",
      videoTag({ frameType: "command", packetType: "command", command: 1, tracks: [] }, ""),
    ],
  ];
  for (const [data, tag] of cases) assertEquals(parseVideoTag(hex(data)), tag, data);
});

Deno.test("parseVideoTag() reads enhanced tags", () => {
  const cases: [string, VideoTag][] = [
    [`90 ${HVC1} 01`, videoTag({ packetType: "sequence-start" }, "01", "hvc1")],
    [`91 ${HVC1} ffffde 01`, videoTag({ compositionTime: -34 }, "01", "hvc1")],
    [`a3 ${AVC1} 01`, videoTag({ frameType: "inter", packetType: "coded-frames-x" }, "01")],
    [`a1 ${AV01} 01`, videoTag({ frameType: "inter" }, "01", "av01")],
    [`92 ${VP09}`, videoTag({ packetType: "sequence-end" }, "", "vp09")],
    [`95 ${AV01} 01`, videoTag({ packetType: "mpeg2ts-sequence-start" }, "01", "av01")],
    [`81 ${VP09} 01`, videoTag({ frameType: "reserved" }, "01", "vp09")],
    [`98 ${VP09} 01`, videoTag({ packetType: "reserved" }, "01", "vp09")],
    [`93 3f3f3f3f 01`, videoTag({ packetType: "coded-frames-x" }, "01", "????")],
    [
      "d1 00",
      videoTag({ frameType: "command", packetType: "command", command: 0, tracks: [] }, "", ""),
    ],
  ];
  for (const [data, tag] of cases) {
    assertEquals(parseVideoTag(hex(data)), { ...tag, enhanced: true }, data);
  }
});

Deno.test("parseVideoTag() reads an empty tag", () => {
  const { packetType, codec, tracks } = parseVideoTag(hex(""));
  assertEquals([packetType, codec, tracks], ["empty", "", []]);
});

Deno.test("parseVideoTag() gives views of the tag", () => {
  const data = hex("17 01 000000 aabb");
  const [track] = parseVideoTag(data).tracks;
  assertEquals(track!.data.buffer, data.buffer);
  assertEquals(track!.data.byteOffset, 5);
});

Deno.test("parseVideoTag() passes over ModEx and takes the nanoseconds", () => {
  const cases: [string, number][] = [
    [`97 02 0f423f 01 ${VP09} aa`, 999_999],
    [`97 03 00000199 01 ${VP09} aa`, 1],
    [`97 01 2a2a 11 ${VP09} aa`, 0],
    [`97 ff 0001 2a2a 11 ${VP09} aa`, 0],
    [`97 00 2a 17 02 000007 07 00 2b 11 ${VP09} aa`, 7],
  ];
  for (const [data, nanosecondOffset] of cases) {
    const tag = { ...videoTag({ nanosecondOffset }, "aa", "vp09"), enhanced: true };
    assertEquals(parseVideoTag(hex(data)), tag, data);
  }
});

Deno.test("parseVideoTag() unwraps multitrack tags", () => {
  const one = parseVideoTag(hex(`96 01 ${AVC1} 02 000005 aabb`));
  assertEquals([one.multitrack, one.packetType, one.codec], ["one-track", "coded-frames", "avc1"]);
  assertEquals(one.compositionTime, 5);
  assertEquals(one.tracks, [{ trackId: 2, codec: "avc1", compositionTime: 5, data: hex("aabb") }]);

  const many = parseVideoTag(hex(`96 11 ${HVC1} 00 000004 000001 aa 01 000003 fffffe`));
  assertEquals(many.multitrack, "many-tracks");
  assertEquals(many.tracks, [
    { trackId: 0, codec: "hvc1", compositionTime: 1, data: hex("aa") },
    { trackId: 1, codec: "hvc1", compositionTime: -2, data: hex("") },
  ]);

  const codecs = parseVideoTag(
    hex(`97 00 2a 16 21 ${VP09} 00 000001 aa ${AVC1} 01 000004 000000 bb`),
  );
  assertEquals(codecs.multitrack, "many-tracks-many-codecs");
  assertEquals(codecs.codec, "vp09");
  assertEquals(codecs.tracks, [
    { trackId: 0, codec: "vp09", compositionTime: 0, data: hex("aa") },
    { trackId: 1, codec: "avc1", compositionTime: 0, data: hex("bb") },
  ]);

  const ends = parseVideoTag(hex(`96 12 ${AVC1} 00 000000 01 000000`));
  assertEquals(ends.tracks.map(({ trackId, data }) => [trackId, data.length]), [[0, 0], [1, 0]]);
});

Deno.test("parseVideoTag() reads HDR metadata, whatever the frame type", () => {
  const colorInfo = {
    colorConfig: {
      bitDepth: 10,
      colorPrimaries: 9,
      transferCharacteristics: 16,
      matrixCoefficients: 9,
    },
    hdrCll: { maxFall: 400, maxCLL: 1000 },
    hdrMdcv: { redX: 0.68, redY: 0.32, maxLuminance: 1000, minLuminance: 0.0001 },
  };
  for (const first of [0x94, 0xd4]) {
    const data = Uint8Array.from([first, ...hex(HVC1), ...encodeAmf0("colorInfo", colorInfo)]);
    const tag = parseVideoTag(data);
    assertEquals([tag.packetType, tag.codec, tag.command], ["metadata", "hvc1", undefined]);
    assertEquals(tag.colorInfo, colorInfo);
  }
});

Deno.test("parseVideoTag() leaves out of HDR metadata what is of another type", () => {
  const cases: [unknown[], VideoTag["colorInfo"]][] = [
    [["colorInfo", undefined], {}],
    [["colorInfo"], {}],
    [["colorInfo", { colorConfig: 1, hdrCll: { maxFall: "x", maxCLL: 5, other: 1 } }], {
      hdrCll: { maxCLL: 5 },
    }],
    [["other", "colorInfo", "colorInfo", {}], {}],
    [["other", "colorInfo"], undefined],
    [[], undefined],
  ];
  for (const [values, colorInfo] of cases) {
    const data = Uint8Array.from([0x94, ...hex(HVC1), ...encodeAmf0(...values)]);
    assertEquals(parseVideoTag(data).colorInfo, colorInfo);
  }
});

Deno.test("parseVideoTag() throws an FlvError that says where", () => {
  const cases: [string, number, string][] = [
    ["17 01 0000", 0, "Cannot read a video header: read 4 bytes, expected 5 (at byte 0)"],
    ["57", 1, "Cannot read a video command: read 0 bytes, expected 1 (at byte 1)"],
    ["d1", 1, "Cannot read a video command: read 0 bytes, expected 1 (at byte 1)"],
    ["91 6876", 1, "Cannot read a FourCC: read 2 bytes, expected 4 (at byte 1)"],
    [`91 ${HVC1} 00`, 5, "Cannot read a composition time: read 1 bytes, expected 3 (at byte 5)"],
    ["97", 0, "Cannot read a ModEx"],
    ["97 02 0000", 0, "Cannot read a ModEx"],
    [
      `97 00 2a 01 ${AVC1}`,
      2,
      "Cannot read a ModEx TimestampOffsetNano: read 1 bytes, expected at least 3",
    ],
    ["96", 1, "Cannot read a multitrack type"],
    [`96 06 ${AVC1}`, 1, "read multitrack inside multitrack"],
    [`96 31 ${AVC1} 00 000000`, 1, "read multitrack type 3, expected 0, 1 or 2"],
    [`96 01 ${AVC1}`, 6, "Cannot read a track id"],
    [`96 11 ${AVC1} 00 0000`, 7, "Cannot read the size of a track"],
    [`96 11 ${VP09} 00 000002 aa`, 10, "Cannot read a track"],
    [`96 11 ${AVC1} 00 000002 aaaa 01 000000`, 10, "Cannot read a composition time"],
    [`94 ${HVC1} 02 0009 61`, 5, "Cannot read script data"],
  ];
  for (const [data, byteOffset, message] of cases) {
    const error = assertThrows(() => parseVideoTag(hex(data)), FlvError, message, data);
    if (!message.includes("script")) assertEquals(error.byteOffset, byteOffset, data);
  }
});

Deno.test("parseVideoTag() reads 256 tracks, and none beyond", () => {
  const tracks = (count: number) => `96 11 ${VP09} ${"00 000000".repeat(count)}`;
  assertEquals(parseVideoTag(hex(tracks(256))).tracks.length, 256);
  const error = assertThrows(() => parseVideoTag(hex(tracks(257))), FlvError);
  assertEquals(
    error.message.includes("Too many tracks in a message: limit 256"),
    true,
    error.message,
  );
});

Deno.test("parseVideoTag() reads HDR metadata of 256 values, and no larger one", () => {
  // The name, the object, and members that are null.
  const metadata = (members: number) =>
    `94 ${HVC1} 02 0009 636f6c6f72496e666f 03 ${"000161 05".repeat(members)} 000009`;
  assertEquals(parseVideoTag(hex(metadata(254))).packetType, "metadata");
  assertThrows(() => parseVideoTag(hex(metadata(255))), FlvError, "limit 256");
});

Deno.test("parseVideoTag() throws nothing but FlvError", () => {
  const start = fc.constantFrom("", "90", "96", "97", `91${AVC1}`, `9611${AVC1}`, `94${HVC1}`);
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 40 }), (start, rest) => {
    try {
      const tag = parseVideoTag(Uint8Array.from([...hex(start), ...rest]));
      assertEquals(tag.tracks.every(({ data }) => data.length <= rest.length + 8), true);
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
    }
  }));
});
