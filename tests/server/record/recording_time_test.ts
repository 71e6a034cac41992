/**
 * Durations and indexes of recordings whose times jump: what a file says of itself is what its tags
 * say.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { TimestampUnwrapper } from "../../../src/flv/timestamp_unwrapper.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { isKeyframe, mediaKind } from "../../../src/flv/tag_kind.ts";
import { tagsOf } from "../../support/media.ts";
import { record, said } from "./recorded.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A coded frame of H.264 at a time on the wire; a keyframe every second. */
function frame(time: number, compositionTime = 0): FlvTag {
  const [head, nalUnit] = time % SECOND === 0 ? [0x17, 0x65] : [0x27, 0x41];
  const data = Uint8Array.of(head, 1, 0, 0, compositionTime, 0, 0, 0, 1, nalUnit);
  return { type: "video", timestamp: time >>> 0, data };
}

function sound(time: number): FlvTag {
  return { type: "audio", timestamp: time >>> 0, data: Uint8Array.of(0xaf, 1, 0x21) };
}

const VIDEO_HEADER: FlvTag = {
  type: "video",
  timestamp: 0,
  data: Uint8Array.of(0x17, 0, 0, 0, 0, 1),
};

const AUDIO_HEADER: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 0, 18, 16) };

/** Times from `start` up to `end`, one every `step`. */
function times(start: number, end: number, step = 40): number[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
}

/** Video at 25 frames/s. */
function video(start: number, end: number): FlvTag[] {
  return times(start, end).map((time) => frame(time));
}

/** Full seconds. */
function seconds(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

const CASES: [what: string, tags: FlvTag[], duration: number, last: number, keys: number[]][] = [
  ["no gap", video(0, 5 * SECOND), 5, 4.96, seconds(0, 4)],
  [
    "a gap of 600 s",
    [...video(0, 10 * SECOND), ...video(610 * SECOND, 620 * SECOND)],
    620,
    619.96,
    [...seconds(0, 9), ...seconds(610, 619)],
  ],
  [
    "two gaps of a minute",
    [...video(0, 5000), ...video(65_000, 70_000), ...video(130_000, 135_000)],
    135,
    134.96,
    [...seconds(0, 4), ...seconds(65, 69), ...seconds(130, 134)],
  ],
  [
    "a first frame at 0, and the next three hours later",
    [frame(0), ...video(3 * HOUR, 3 * HOUR + 10_000)],
    10_810,
    10_809.96,
    [0, ...seconds(10_800, 10_809)],
  ],
  [
    "a single stray frame",
    [...video(0, 5000), frame(HOUR), ...video(5000, 10_000)],
    3600.04,
    3600,
    seconds(0, 9),
  ],
  [
    "a stray frame at its end",
    [...video(0, 5000), frame(HOUR)],
    3600.04,
    3600,
    [...seconds(0, 4), 3600],
  ],
  [
    "a last frame at 2^31",
    [...video(0, 5000), frame(2 ** 31)],
    2_147_483.688,
    2_147_483.648,
    seconds(0, 4),
  ],
  [
    "times that wrap at 2^31",
    times(-5000, 5000).map((time) => ({ ...frame(time), timestamp: (time + 2 ** 31) % 2 ** 31 })),
    10,
    2_147_488.608,
    seconds(-5, 4).map((time) => 2 ** 31 / 1000 + time),
  ],
  [
    "times from before 2^31 to after it",
    times(-5000, 5000).map((time) => ({ ...frame(time), timestamp: time + 2 ** 31 })),
    10,
    2_147_488.608,
    seconds(-5, 4).map((time) => 2 ** 31 / 1000 + time),
  ],
  [
    "times that wrap at 2^32",
    video(-90_000, 10_000),
    100,
    4_294_977.256,
    seconds(-90, 9).map((time) => (time * 1000 + 2 ** 32) / 1000),
  ],
  ["a first frame at -500 ms", video(-500, 5020), 5.52, 4.98, []],
  [
    "keyframes before 0",
    video(-3000, 3000),
    6,
    2.96,
    seconds(-3, 2),
  ],
  ["frames before 0 alone", video(-3000, -1000), 2, -1.04, [-3, -2]],
  [
    "audio that begins at 0 and video that begins before it",
    [sound(0), frame(-1000), sound(23), frame(-960), ...video(-920, 1000)],
    2,
    0.96,
    [-1, 0],
  ],
  [
    "a jump back to 0 in the middle",
    [...video(100 * SECOND, 110 * SECOND), ...video(0, 5000)],
    110,
    109.96,
    seconds(100, 109),
  ],
  [
    "headers at 0 and frames hours later",
    [VIDEO_HEADER, AUDIO_HEADER, ...video(9 * HOUR, 9 * HOUR + 2000)],
    2,
    32_401.96,
    [32_400, 32_401],
  ],
  [
    "headers at 0 in the middle",
    [...video(HOUR, HOUR + 1000), VIDEO_HEADER, ...video(HOUR + 1000, HOUR + 2000)],
    2,
    3601.96,
    [3600, 3601],
  ],
  ["audio alone", times(0, 2300, 23).map(sound), 2.3, 2.277, []],
  ["frames that are all as late", [frame(1000), frame(1000), frame(1000)], 0, 1, [1]],
  ["one frame", [frame(7000)], 0, 7, [7]],
  ["no frame", [VIDEO_HEADER], 0, 0, []],
  ["one frame in 5 s", [frame(0), frame(5000), frame(10_000)], 11, 10, [0, 5, 10]],
  [
    "one picture, and sound",
    [frame(0), ...times(0, 2300, 23).map(sound)],
    2.3,
    2.277,
    [0],
  ],
  [
    "several tracks",
    times(0, 2000).flatMap((time) => [frame(time), frame(time), frame(time)]),
    2,
    1.96,
    [0, 1],
  ],
  [
    "frames that are shown in another order",
    times(0, 2000).map((time, i) => frame(time, [80, 160, 0, 80][i % 4])),
    2,
    1.96,
    [0, 1],
  ],
  [
    "a frame that is late, and the next that is early",
    [frame(0), frame(40), frame(80), frame(159), frame(160), frame(200), frame(240)],
    0.28,
    0.24,
    [0],
  ],
];

for (const [what, tags, duration, last, keys] of CASES) {
  Deno.test(`the duration and index of a recording with ${what} are those of its tags`, async () => {
    const clock = new TimestampUnwrapper();
    const received = tags.map((tag) => ({ ...tag, timestamp: clock.unwrap(tag.timestamp) }));
    let shown = 0;
    const bytes = await record(received, (_, __, recording) => void (shown = recording.duration));
    const { keyframes = { times: [], filepositions: [] }, ...facts } = said(bytes);

    assertEquals([facts.duration, facts.lasttimestamp], [duration, last]);
    assertEquals(shown, duration, "what the API shows");
    assertEquals(keyframes.times, keys);
    for (const [i, position] of keyframes.filepositions.entries()) {
      const tag = tagAt(bytes, position);
      assertEquals(tag.timestamp, keys[i]! * 1000 >>> 0);
      assertEquals(isKeyframe(tag), true);
    }
    assertEquals(framesOf(tagsOf(bytes)).map(stored), framesOf(received).map(stored));
  });
}

/** The tag at a position of a file. */
function tagAt(bytes: Uint8Array, position: number): FlvTag {
  const header = bytes.subarray(0, 13);
  return tagsOf(Uint8Array.of(...header, ...bytes.subarray(position, tagEnd(bytes, position))))[0]!;
}

function tagEnd(bytes: Uint8Array, position: number): number {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(position) & 0xffffff;
  return position + 11 + size + 4;
}

function framesOf(tags: FlvTag[]): FlvTag[] {
  return tags.filter(({ type, data }) => /Frames/.test(mediaKind(type, data)));
}

/** The tag as an FLV file has it. */
function stored(tag: FlvTag): FlvTag {
  return { ...tag, timestamp: tag.timestamp >>> 0 };
}
