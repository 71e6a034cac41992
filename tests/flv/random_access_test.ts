import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isKeyframe } from "../../src/flv/tag_kind.ts";
import { hex } from "../support/bytes.ts";

const AVC1 = "61766331";
const HVC1 = "68766331";
const VVC1 = "76766331";
const AV01 = "61763031";
const VP08 = "76703038";
const VP09 = "76703039";

const WHOLE_IDR = "00000002 09f0 00000004 06050180 00000001 67 00000001 68 00000002 2588";

/** Frames as a bitstream has them, and whether a decoder can begin with them. */
const FRAMES: [codec: string, what: string, frame: string, begins: boolean][] = [
  [AVC1, "an IDR slice", "00000002 6588", true],
  [AVC1, "a delimiter, SEI and parameter sets before an IDR slice", WHOLE_IDR, true],
  [AVC1, "an empty unit before an IDR slice", "00000000 00000002 6588", true],
  [AVC1, "a slice that is no IDR", "00000002 4188", false],
  [
    AVC1,
    "an IDR slice behind another, as of a picture before it",
    "00000001 41 00000001 65",
    false,
  ],
  [AVC1, "parameter sets alone", "00000001 67 00000001 68", false],
  [AVC1, "an IDR slice that is cut short", "00000009 6588", false],
  [AVC1, "a length and no unit", "00000001", false],
  [HVC1, "BLA_W_LP", "00000003 200100", true],
  [HVC1, "parameter sets before IDR_W_RADL", "00000002 4001 00000002 4201 00000003 260100", true],
  [HVC1, "IDR_N_LP", "00000003 280100", true],
  [HVC1, "CRA_NUT", "00000003 2a0100", true],
  [HVC1, "RSV_IRAP_VCL23", "00000003 2e0100", true],
  [HVC1, "RSV_VCL24", "00000003 300100", false],
  [HVC1, "TRAIL_R", "00000003 020100", false],
  [VVC1, "IDR_W_RADL", "00000003 003900", true],
  [VVC1, "IDR_N_LP", "00000003 004100", true],
  [VVC1, "CRA_NUT behind a picture header", "00000002 0099 00000003 004900", true],
  [VVC1, "GDR_NUT", "00000003 005100", true],
  [VVC1, "TRAIL_NUT", "00000003 000100", false],
  [VVC1, "half a unit header", "00000001 00", false],
  [AV01, "a sequence header, then a key frame", "0a 02 aabb 32 02 10ff", true],
  [AV01, "a delimiter, then a key frame in a frame header", "12 00 1a 01 10", true],
  [AV01, "a key frame with an extension and no size", "34 00 10ff", true],
  [AV01, "metadata of 130 bytes, then a key frame", "2a 8201 00*130 32 01 10", true],
  [AV01, "a key frame that is not shown", "32 01 00", false],
  [AV01, "an inter frame", "32 01 30", false],
  [AV01, "a frame that was there before, shown", "1a 01 90", false],
  [AV01, "a size that goes beyond the end", "0a 7f aabb", false],
  [AV01, "a header and nothing behind it", "30", false],
  [VP08, "a key frame", "50 0200 9d012a", true],
  [VP08, "an inter frame", "51 0200", false],
  [VP09, "a key frame of profile 0", "82 4983", true],
  [VP09, "an inter frame of profile 0", "86 00", false],
  [VP09, "a frame that was there before, shown", "88", false],
  [VP09, "a key frame of profile 3", "b0 4983", true],
  [VP09, "an inter frame of profile 3", "b2", false],
  [VP09, "bytes without the frame marker", "02", false],
];

/** How senders mark what is no keyframe: as nothing, inter, disposable, reserved. */
const MARKS = [0, 2, 3, 6, 7];

/** The ways in which a frame is put into a tag, by the FourCC that they can carry. */
const FORMS: [what: string, head: (mark: number, codec: string) => string | undefined][] = [
  ["legacy", (mark, codec) => {
    const codecId = { [AVC1]: 7, [HVC1]: 12, [AV01]: 13 }[codec];
    return codecId === undefined ? undefined : `${byte(mark << 4 | codecId)} 01 000028`;
  }],
  ["CodedFrames", (mark, codec) => `${byte(0x81 | mark << 4)} ${codec} ${time(codec)}`],
  ["CodedFramesX", (mark, codec) => `${byte(0x83 | mark << 4)} ${codec}`],
  ["ModEx", (mark, codec) => `${byte(0x87 | mark << 4)} 02 000001 01 ${codec} ${time(codec)}`],
  ["OneTrack", (mark, codec) => `${byte(0x86 | mark << 4)} 01 ${codec} 01 ${time(codec)}`],
];

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

/** The composition time, where a codec has one. */
function time(codec: string): string {
  return [AVC1, HVC1, VVC1].includes(codec) ? "000028" : "";
}

function isBegin(digits: string): boolean {
  return isKeyframe({ type: "video", timestamp: 0, data: hex(digits) });
}

for (const [codec, what, frame, begins] of FRAMES) {
  const name = new TextDecoder().decode(hex(codec));
  Deno.test(`isKeyframe() is ${begins} for ${what} of ${name}, however it is marked`, () => {
    for (const [form, head] of FORMS) {
      for (const mark of MARKS) {
        const tag = head(mark, codec);
        if (tag) assertEquals(isBegin(`${tag} ${frame}`), begins, `${form}, frame type ${mark}`);
      }
    }
  });
}

Deno.test("isKeyframe() looks at the first track of a message with many", () => {
  const [key, inter] = ["000005 00000001 65", "000005 00000001 41"];
  const timed = (track: string) => track.replace(/^000005/, "000008 000000");
  assertEquals(isBegin(`a6 13 ${AVC1} 00 ${key} 01 ${inter}`), true);
  assertEquals(isBegin(`a6 13 ${AVC1} 00 ${inter} 01 ${key}`), false);
  assertEquals(isBegin(`a6 11 ${AVC1} 00 ${timed(key)} 01 ${timed(inter)}`), true);
  assertEquals(isBegin(`a6 23 ${HVC1} 00 000007 00000003 260100 ${AVC1} 01 ${inter}`), true);
  assertEquals(isBegin(`a6 13 ${AVC1} 00 0000ff 00000001 65`), false);
});

Deno.test("isKeyframe() believes a mark whatever the bitstream says", () => {
  assertEquals(isBegin("17 01 000000 00000001 41"), true);
  assertEquals(isBegin(`c3 ${VP08} 51`), true);
});

Deno.test("isKeyframe() is false for a command of frame type 5 that would be an IDR", () => {
  assertEquals(isBegin("57 01 000000 00000001 65"), false);
});

Deno.test("isKeyframe() takes any bitstream, and no longer for a large one of empty units", () => {
  const codec = fc.constantFrom(AVC1, HVC1, VVC1, AV01, VP08, VP09);
  fc.assert(fc.property(codec, fc.uint8Array({ maxLength: 40 }), (codec, bytes) => {
    isBegin(`a3 ${codec} 00 ${bytes.toHex()}`);
  }));
  const data = new Uint8Array(16 * 1024 * 1024);
  data.set(hex("27 01 000000"));
  const begun = performance.now();
  for (let i = 0; i < 1000; i++) isKeyframe({ type: "video", timestamp: 0, data });
  const each = (performance.now() - begun) / 1000;
  // All of its units would take milliseconds.
  assertEquals(each < 1, true, `${each} ms`);
});
