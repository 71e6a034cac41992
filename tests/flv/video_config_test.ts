import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FlvError } from "../../src/errors.ts";
import { readVideoConfig } from "../../src/flv/codec/video_config.ts";
import type { VideoConfig } from "../../src/flv/codec/types.ts";
import { hex } from "../support/bytes.ts";

const AVC1 = "61766331";
const HVC1 = "68766331";
const VVC1 = "76766331";
const AV01 = "61763031";

// The configurations of AVC, HEVC and AV1 were written by x264, x265 and libaom; what they say was
// compared with ffprobe.

Deno.test("readVideoConfig() reads AVC configurations", () => {
  const cases: [string, string, VideoConfig][] = [
    [
      "59.94 fps, cropped to 1080 lines",
      "0142c02affe1001767 42c02ada01e0089f97011000003e90001d4c00f1832a 01000468ce0fc8",
      {
        codec: "avc1",
        profile: "Constrained Baseline",
        level: "4.2",
        width: 1920,
        height: 1080,
        frameRate: 59.94,
      },
    ],
    [
      "interlaced, with emulation prevention",
      "014d4028ffe10019 674d4028f403c0227ef011000003000100000300321f162ea0 01000468de0fc8",
      { codec: "avc1", profile: "Main", level: "4.0", width: 1920, height: 1080, frameRate: 25 },
    ],
    [
      "4:4:4",
      "01f4000cffe1001b 67f4000c90d9b282833f1b80880000030008000003018078a14cb0 01000668ebe3c44844fffafa00",
      {
        codec: "avc1",
        profile: "High 4:4:4 Predictive",
        level: "1.2",
        width: 320,
        height: 180,
        frameRate: 24,
      },
    ],
    [
      "cropped to 322x182",
      "0164000dffe1001a 6764000dacd941519e226c0440000003004000000c03c50a6580 01000768ebe3cb3002c0fdf8f800",
      { codec: "avc1", profile: "High", level: "1.3", width: 322, height: 182, frameRate: 24 },
    ],
    [
      "level 1b",
      "0142d00bffe10017 6742d00bd902847e5c0440000003004000000783c48992 01000568cb83cb20",
      {
        codec: "avc1",
        profile: "Constrained Baseline",
        level: "1b",
        width: 160,
        height: 120,
        frameRate: 15,
      },
    ],
    ["no parameter set", "0164001fffe0", { codec: "avc1", profile: "High", level: "3.1" }],
    ["an unknown profile", "0101001fffe0", { codec: "avc1", level: "3.1" }],
  ];
  for (const [name, configuration, config] of cases) {
    assertEquals(readVideoConfig(hex(`17 00 000000 ${configuration}`)), config, name);
    assertEquals(readVideoConfig(hex(`90 ${AVC1} ${configuration}`)), config, name);
  }
});

Deno.test("readVideoConfig() reads scaling lists and orders of pictures it has no use for", () => {
  // profile 100, id 0, 4:2:0, 8 bits; list 0 of 16 that ends at once; order type 1 with one frame
  const bits = "1 010 1 1 0" + "1" + "1 000010001" + "0000000" + "1" + "010 0 1 1 010 1" +
    "1 0" + "000010100 000010111" + "1 1 0 0" + "1";
  const sps = "67 64001f " + pack(bits);
  const length = (sps.replaceAll(" ", "").length / 2).toString(16).padStart(4, "0");
  assertEquals(readVideoConfig(hex(`17 00 000000 0164001fffe1 ${length} ${sps}`)), {
    codec: "avc1",
    profile: "High",
    level: "3.1",
    width: 320,
    height: 368,
  });
});

Deno.test("readVideoConfig() reads HEVC configurations", () => {
  const record = (level: string) => `0101600000009000000000${"00"}${level} f000fcfdf8f800000f 01`;
  const cases: [string, VideoConfig][] = [
    [
      `${
        record("7b")
      } 210001002a 42010101600000030090000003000003007ba003c0801107cb965654a4c2f01680800001f48000753004`,
      { codec: "hvc1", profile: "Main", level: "4.1", width: 1920, height: 1080, frameRate: 59.94 },
    ],
    [
      `${
        record("3c")
      } 210001002c 42010101600000030090000003000003003ca00a480b9c9596562a49395e02d0100000030010000003032080`,
      { codec: "hvc1", profile: "Main", level: "2.0", width: 322, height: 182, frameRate: 50 },
    ],
    [`${record("96")} 200001 0001 40`, { codec: "hvc1", profile: "Main", level: "5.0" }],
  ];
  for (const [configuration, config] of cases) {
    assertEquals(readVideoConfig(hex(`1c 00 000000 ${configuration}`)), config);
    assertEquals(readVideoConfig(hex(`90 ${HVC1} ${configuration}`)), config);
  }
});

Deno.test("readVideoConfig() reads AV1 configurations", () => {
  const cases: [string, VideoConfig][] = [
    ["81000c00 0a0b000000043d06d4daf90040", {
      codec: "av01",
      profile: "Main",
      level: "2.0",
      width: 322,
      height: 182,
    }],
    [
      "81000c00 0a130400000fa40001d4c300000087a0da9b5f2008",
      { codec: "av01", profile: "Main", level: "2.0", width: 322, height: 182, frameRate: 29.97 },
    ],
    ["812d0c00", { codec: "av01", profile: "High", level: "5.1" }],
    ["811f0c00 12 00", { codec: "av01", profile: "Main" }],
  ];
  for (const [configuration, config] of cases) {
    assertEquals(readVideoConfig(hex(`90 ${AV01} ${configuration}`)), config);
  }
  assertEquals(readVideoConfig(hex(`95 ${AV01} 80 04 81080c00`)), {
    codec: "av01",
    profile: "Main",
    level: "4.0",
  });
});

Deno.test("readVideoConfig() reads VP8, VP9 and VVC configurations", () => {
  const cases: [string, VideoConfig][] = [
    ["90 76703039 01000000 02 1f 82 02 02 02 0000", {
      codec: "vp09",
      profile: "Profile 2",
      level: "3.1",
    }],
    ["90 76703038 01000000 00 00 82 02 02 02 0000", { codec: "vp08", profile: "Profile 0" }],
    [`90 ${VVC1} fe`, { codec: "vvc1" }],
    [
      `90 ${VVC1} ff 0011 1f 01 02 43 80 00 0780 0438 3c00`,
      { codec: "vvc1", profile: "Main 10", level: "4.1", width: 1920, height: 1080, frameRate: 60 },
    ],
    [
      `90 ${VVC1} ff 0031 1f 01 02 43 80 c0 10 20 01 aabbccdd 0780 0438 0000`,
      { codec: "vvc1", profile: "Main 10", level: "4.1", width: 1920, height: 1080 },
    ],
  ];
  for (const [data, config] of cases) assertEquals(readVideoConfig(hex(data)), config, data);
});

Deno.test("readVideoConfig() gives the name of codecs without sequence headers", () => {
  assertEquals(readVideoConfig(hex("12 00")), { codec: "h263" });
  assertEquals(readVideoConfig(hex("91 3f3f3f3f 00")), { codec: "????" });
});

Deno.test("readVideoConfig() finds a track", () => {
  const data = hex(`96 20 ${AV01} 01 000004 81080c00 76703039 02 000006 01000000 00 28`);
  assertEquals(readVideoConfig(data).codec, "av01");
  assertEquals(readVideoConfig(data, 2), { codec: "vp09", profile: "Profile 0", level: "4.0" });
  assertThrows(() => readVideoConfig(data, 3), FlvError, "read tracks 1,2, expected track 3");
});

Deno.test("readVideoConfig() throws when a configuration is none, or malformed", () => {
  const cases: [string, string][] = [
    ["17 01 000000 00", "read a tag of type coded-frames, expected sequence-start"],
    ["", "expected track 0"],
    ["17 00 000000", "Cannot read an AVC decoder configuration: read 0 bits, expected 8"],
    ["17 00 000000 00", "read version 0, expected 1"],
    ["17 00 000000 0164001fffe1 0005 6764", "read 2 bytes, expected 5"],
    ["17 00 000000 0164001fffe1 0004 6764001f", "Cannot read an AVC sequence parameter set"],
    [`90 ${HVC1} 0101`, "Cannot read an HEVC decoder configuration"],
    [`90 ${AV01} 01`, "Cannot read an AV1 codec configuration: read marker and version 1"],
    ["90 76703039 00", "Cannot read a VP codec configuration"],
    [`90 ${VVC1} ff`, "Cannot read a VVC decoder configuration"],
  ];
  for (const [data, message] of cases) {
    assertThrows(() => readVideoConfig(hex(data)), FlvError, message, data);
  }
});

Deno.test("readVideoConfig() throws nothing but FlvError", () => {
  const start = fc.constantFrom(
    "17000000000164001fffe1001a6764000d",
    `90${HVC1}0101600000009000000000007bf000fcfdf8f800000f01210001002a4201010160000003009000000300000300`,
    `90${AV01}81000c000a130400000f`,
    `90${VVC1}ff`,
  );
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 60, size: "max" }), (start, rest) => {
    try {
      readVideoConfig(Uint8Array.from([...hex(start), ...rest]));
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
    }
  }));
});

/** Bits as digits to hexadecimal digits; what is missing of the last byte is 0. */
function pack(bits: string): string {
  const digits = bits.replaceAll(" ", "");
  const padded = digits.padEnd(Math.ceil(digits.length / 8) * 8, "0");
  return padded.match(/.{8}/g)!.map((byte) => parseInt(byte, 2).toString(16).padStart(2, "0")).join(
    " ",
  );
}
