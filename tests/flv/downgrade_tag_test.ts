import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FlvTag, FlvTagType } from "../../src/flv/flv_tag.ts";
import { downgradeTag } from "../../src/flv/downgrade_tag.ts";
import { hex } from "../support/bytes.ts";

const AVC1 = "61766331";
const HVC1 = "68766331";
const AV01 = "61763031";
const OPUS = "4f707573";
const MP4A = "6d703461";
const MP3 = "2e6d7033";

/** What the tag is, its bytes, and what a plain player gets: the same, nothing, or these bytes. */
type Row = [what: string, type: FlvTagType, tag: string, gets: true | false | string];

const ROWS: Row[] = [
  ["metadata", "script", "02 000a 6f6e4d65746144617461", true],
  ["an empty tag", "audio", "", true],
  ["a legacy AVC header", "video", "17 00 000000 01", true],
  ["a legacy AVC frame", "video", "27 01 000028 41", true],
  ["a legacy HEVC frame", "video", "1c 01 000000 26", true],
  ["a legacy AAC frame", "audio", "af 01 21", true],
  ["legacy MP3", "audio", "2f fffb", true],
  ["a legacy command", "video", "57 00", false],
  ["a reserved AVC packet", "video", "17 03 000000 65", false],
  ["a reserved AAC packet", "audio", "af 02 21", false],

  ["an HEVC header", "video", `90 ${HVC1} 01`, true],
  ["an HEVC frame", "video", `91 ${HVC1} 000005 26`, true],
  ["an HEVC frame without composition time", "video", `a3 ${HVC1} 02`, true],
  ["the end of HEVC", "video", `92 ${HVC1}`, true],
  ["an AV1 frame", "video", `91 ${AV01} 0a`, true],
  ["an Opus header", "audio", `90 ${OPUS} 4f70`, true],
  ["an Opus frame", "audio", `91 ${OPUS} fc`, true],
  ["HDR metadata", "video", `d4 ${HVC1} 02 0009 636f6c6f72496e666f 03 000009`, false],
  ["AV1's header of MPEG-2 TS", "video", `95 ${AV01} 81`, false],
  ["a reserved packet type", "video", `98 ${HVC1} 00`, false],
  ["a command", "video", "d1 00", false],
  ["speaker positions", "audio", `94 ${OPUS} 01 02 00000003`, false],
  ["a reserved audio packet type", "audio", `98 ${OPUS} 00`, false],
  ["what is cut short", "video", "91 6876", false],
  ["audio that is cut short", "audio", "91 4f", false],

  ["a ModEx", "video", `97 02 000007 01 ${HVC1} 000005 26`, `91 ${HVC1} 000005 26`],
  ["two ModEx", "audio", `97 00 01 17 02 000007 01 ${OPUS} fc`, `91 ${OPUS} fc`],
  ["ModEx before HDR metadata", "video", `d7 02 000007 04 ${HVC1} 02 0000`, false],

  ["AVC with a FourCC: its header", "video", `90 ${AVC1} 01`, "17 00 000000 01"],
  ["its keyframe", "video", `91 ${AVC1} 000005 65`, "17 01 000005 65"],
  ["its frame shown before the last", "video", `a1 ${AVC1} fffffe 41`, "27 01 fffffe 41"],
  ["its frame without composition time", "video", `a3 ${AVC1} 41`, "27 01 000000 41"],
  ["its end", "video", `92 ${AVC1}`, "17 02 000000"],
  ["AAC with a FourCC: its header", "audio", `90 ${MP4A} 1210`, "af 00 1210"],
  ["its frame", "audio", `91 ${MP4A} 21`, "af 01 21"],
  ["its end", "audio", `92 ${MP4A}`, false],
  ["its speaker positions", "audio", `94 ${MP4A} 00 02`, false],
  ["MP3 with a FourCC", "audio", `91 ${MP3} fffb`, "2f fffb"],
  ["its end, which legacy FLV has not", "audio", `92 ${MP3}`, false],

  [
    "two tracks of HEVC",
    "video",
    `96 11 ${HVC1} 00 000004 000005 26 01 000005 000006 2701`,
    `91 ${HVC1} 000005 26`,
  ],
  ["the second track of HEVC", "video", `96 01 ${HVC1} 01 000005 26`, false],
  ["the first track of AVC alone", "video", `96 01 ${AVC1} 00 000005 65`, "17 01 000005 65"],
  [
    "two tracks of two codecs, the second first",
    "video",
    `96 21 ${HVC1} 01 000004 000005 26 ${AVC1} 00 000004 000005 65`,
    "17 01 000005 65",
  ],
  ["two tracks of AAC", "audio", `95 11 ${MP4A} 00 000001 21 01 000001 22`, "af 01 21"],
  ["headers of two tracks of AAC", "audio", `95 10 ${MP4A} 00 000001 12 01 000001 14`, "af 00 12"],
  ["two tracks of Opus", "audio", `95 11 ${OPUS} 00 000001 fc 01 000001 fd`, `91 ${OPUS} fc`],
  ["a ModEx before tracks", "video", `97 00 01 16 01 ${HVC1} 00 000005 26`, `91 ${HVC1} 000005 26`],
  ["HDR metadata of two tracks", "video", `96 14 ${HVC1} 00 000001 05 01 000001 05`, false],
];

for (const [what, type, digits, gets] of ROWS) {
  const becomes = gets === true ? "as it is" : gets === false ? "to nothing" : "plain";
  Deno.test(`downgradeTag() makes ${what} ${becomes}`, () => {
    const tag: FlvTag = { type, timestamp: 40, data: hex(digits) };
    const expected = gets === true ? tag : gets ? { ...tag, data: hex(gets) } : undefined;
    assertEquals(downgradeTag(tag), expected);
  });
}

Deno.test("downgradeTag() takes any tag, never writes to it, and makes nothing plainer twice", () => {
  const bytes = fc.tuple(
    fc.constantFrom(0x17, 0x57, 0x90, 0x91, 0x93, 0x94, 0x95, 0x96, 0x97, 0xa1, 0xaf, 0xd4),
    fc.constantFrom("", AVC1, HVC1, MP4A, OPUS, `11${AVC1}`, `000001${HVC1}`),
    fc.uint8Array({ maxLength: 40 }),
  ).map(([first, start, rest]) => Uint8Array.of(first, ...hex(start), ...rest));
  fc.assert(
    fc.property(fc.constantFrom<FlvTagType>("audio", "video"), bytes, (type, data) => {
      const before = data.slice();
      const plain = downgradeTag({ type, timestamp: 0, data });
      assertEquals(data, before);
      if (plain) assertEquals(downgradeTag(plain), plain);
    }),
  );
});
