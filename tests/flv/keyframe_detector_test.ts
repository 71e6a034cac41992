import { assertEquals } from "@std/assert";
import { KeyframeDetector } from "../../src/flv/keyframe_detector.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { hex } from "../support/bytes.ts";

/** Sequence headers of which the last byte is replaced by one that says how long lengths are. */
const CODECS: [codec: string, header: (lessOne: number) => string, head: string, key: string][] = [
  ["AVC", (lessOne) => `17 00 000000 01 42c00c ${byte(0xfc | lessOne)}`, "27 01 000000", "65"],
  [
    "HEVC",
    (lessOne) => `90 68766331 01 ${"00".repeat(20)} ${byte(0xfc | lessOne)} 00`,
    "a3 68766331",
    "2601",
  ],
  ["VVC", (lessOne) => `90 76766331 ${byte(0xf8 | lessOne << 1)}`, "a3 76766331", "0039"],
];

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

function take(keyframes: KeyframeDetector, digits: string): boolean {
  const data = hex(digits);
  return keyframes.isKeyframe({ type: "video", timestamp: 0, data }, mediaKind("video", data));
}

for (const [codec, header, head, key] of CODECS) {
  for (const nalLength of [1, 2, 3, 4]) {
    Deno.test(`a keyframe of ${codec} with lengths of ${nalLength} bytes is known by its bitstream`, () => {
      const keyframes = new KeyframeDetector();
      const unit = (bytes: string) =>
        `${byte(bytes.length / 2).padStart(2 * nalLength, "0")} ${bytes}`;
      assertEquals(take(keyframes, header(nalLength - 1)), false);
      assertEquals(take(keyframes, `${head} ${unit(key)}`), true);
      // An empty unit, then a slice that is none to begin with.
      assertEquals(take(keyframes, `${head} ${unit("")} ${unit("0001")}`), false);
    });
  }
}

Deno.test("lengths have four bytes until a header says otherwise, and a broken one says nothing", () => {
  const keyframes = new KeyframeDetector();
  const [, header, head] = CODECS[0]!;
  assertEquals(take(keyframes, `${head} 00000001 65`), true);
  assertEquals(take(keyframes, "17 00 000000 01 42c0"), false);
  assertEquals(take(keyframes, `${head} 00000001 65`), true);
  take(keyframes, header(1));
  assertEquals(take(keyframes, "17 00 000000"), false);
  assertEquals(take(keyframes, `${head} 0001 65`), true);
  take(keyframes, header(3));
  assertEquals(take(keyframes, `${head} 00000001 65`), true);
});

Deno.test("of many tracks it is the first whose header is read", () => {
  const keyframes = new KeyframeDetector();
  take(keyframes, "96 00 61766331 01 01 42c00c fd");
  assertEquals(take(keyframes, "27 01 000000 00000001 65"), true);
  take(keyframes, "96 00 61766331 00 01 42c00c fd");
  assertEquals(take(keyframes, "a6 03 61766331 00 0001 65"), true);
});
