/**
 * What the page's player makes of tags.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { readMedia } from "../../../src/server/page/player/media.js";

const AVC_CONFIGURATION = [1, 0x64, 0, 0x1e, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68];
const HVC1 = [0x68, 0x76, 0x63, 0x31];
const OPUS = [0x4f, 0x70, 0x75, 0x73];

const TABLE: [what: string, kind: "audio" | "video", data: number[], expected: string][] = [
  [
    "H.264's configuration",
    "video",
    [0x17, 0, 0, 0, 0, ...AVC_CONFIGURATION],
    "avc1 configuration",
  ],
  ["a keyframe", "video", [0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65], "avc1 keyframe"],
  ["another frame", "video", [0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41], "avc1 frame"],
  [
    "a keyframe that is not flagged",
    "video",
    [0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x65],
    "avc1 keyframe",
  ],
  [
    "one behind another NAL unit",
    "video",
    [0x27, 1, 0, 0, 0, 0, 0, 0, 2, 9, 0xf0, 0, 0, 0, 1, 0x65],
    "avc1 keyframe",
  ],
  [
    "a frame whose lengths make no sense",
    "video",
    [0x27, 1, 0, 0, 0, 255, 255, 255, 255, 1],
    "avc1 frame",
  ],
  ["the end of the sequence", "video", [0x17, 2, 0, 0, 0], "nothing"],
  ["an empty frame", "video", [0x17, 1, 0, 0, 0], "nothing"],
  ["a command", "video", [0x57, 0], "nothing"],
  ["a configuration that is cut off", "video", [0x17, 0, 0, 0, 0, 1, 0x64], "nothing"],
  [
    "NAL units with lengths of one byte, which mpegts.js refuses",
    "video",
    [0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1e, 0xfc, ...AVC_CONFIGURATION.slice(5)],
    "nothing",
  ],
  ["Sorenson", "video", [0x12, 1, 2, 3], "nothing"],
  ["enhanced H.265", "video", [0x93, ...HVC1, 0, 0, 0, 1, 0x26], "hvc1 keyframe"],
  ["the same, not flagged", "video", [0xa3, ...HVC1, 0, 0, 0, 1, 0x26], "hvc1 keyframe"],
  ["with a composition time", "video", [0xa1, ...HVC1, 0, 0, 0, 0, 0, 0, 1, 0x26], "hvc1 keyframe"],
  ["its HDR metadata", "video", [0x94, ...HVC1, 0], "nothing"],
  ["an unknown codec", "video", [0x91, 1, 2, 3, 4, 5], "nothing"],
  ["AAC's configuration", "audio", [0xaf, 0, 0x11, 0x90], "mp4a configuration"],
  ["AAC", "audio", [0xaf, 1, 0x21], "mp4a frame"],
  ["AAC without a configuration", "audio", [0xaf, 0, 0x11], "nothing"],
  ["a frequency that AAC does not have", "audio", [0xaf, 0, 0x17, 0x80], "nothing"],
  ["MP3", "audio", [0x2f, 0xff, 0xfb], ".mp3 frame"],
  ["enhanced Opus", "audio", [0x91, ...OPUS, 1], "Opus frame"],
  ["its speaker positions", "audio", [0x94, ...OPUS, 1], "nothing"],
  ["Nellymoser", "audio", [0x6f, 1], "nothing"],
  ["nothing", "audio", [], "nothing"],
  ["no picture", "video", [], "nothing"],
];

for (const [what, kind, data, expected] of TABLE) {
  Deno.test(`readMedia() takes ${what} for: ${expected}`, () => {
    const media = readMedia(kind, Uint8Array.from(data), 40);
    const is = media?.isConfiguration ? "configuration" : media?.isKeyframe ? "keyframe" : "frame";
    assertEquals(media ? `${media.codec} ${is}` : "nothing", expected);
    if (media) assertEquals([media.kind, media.time], [kind, 40]);
  });
}
