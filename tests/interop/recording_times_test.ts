/**
 * What FFmpeg makes of recordings whose times jump, wrap or begin before 0.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { TimestampUnwrapper } from "../../src/flv/timestamp_unwrapper.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { recordInto, said } from "../server/record/recorded.ts";
import { clip, run } from "../support/ffmpeg.ts";
import { tagsOf } from "../support/media.ts";
import { toolTest } from "../support/tools.ts";

/** Seconds at which the frames stand, and those at which FFmpeg is to find them. */
interface Case {
  what: string;
  /** The time on the wire for a time in the clip, in milliseconds. */
  time: (time: number) => number;
  duration: number;
  /** Seconds to seek to, from the beginning of the file; FFmpeg cannot seek to one before 0. */
  seek: number[];
}

const GAP = 600_000;

const CASES: Case[] = [
  { what: "no jump", time: (time) => time, duration: 10, seek: [0, 3.308, 7.508] },
  {
    what: "a gap of 600 s",
    time: (time) => time < 5000 ? time : time + GAP,
    duration: 610,
    seek: [0, 3.308],
  },
  {
    what: "a first frame at -500 ms",
    time: (time) => time - 500,
    duration: 10,
    seek: [1.208, 3.308, 7.508],
  },
  {
    what: "times that wrap at 2^32",
    time: (time) => time - 5000,
    duration: 10,
    seek: [1.208, 3.308, 7.508],
  },
  {
    what: "times that wrap at 2^31",
    // FFmpeg cuts the times of an index to full seconds: keyframes stand at 2,147,478.0 s and so on.
    time: (time) => (time + 2 ** 31 - 5648) % 2 ** 31,
    duration: 10,
    seek: [0, 3.308, 7.508],
  },
  {
    what: "times from 9 h on",
    time: (time) => time + 32_400_000,
    duration: 10,
    seek: [0, 3.308, 7.508],
  },
];

for (const { what, time, duration, seek } of CASES) {
  await toolTest(
    ["ffmpeg", "ffprobe"],
    `FFmpeg reads duration and index of a recording with ${what}`,
    async () => {
      const source = await clip("1080p60");
      const path = await Deno.makeTempFile({ prefix: "sluice-test-", suffix: ".flv" });
      await recordInto(path, moved(tagsOf(await Deno.readFile(source)), time));

      const metadata = said(await Deno.readFile(path));
      assertAlmostEquals(metadata.duration, duration, 0.1);
      assertAlmostEquals(await durationOf(path), metadata.duration, 0.001);
      const { times, filepositions } = metadata.keyframes!;
      assertEquals(await keyframesOf(path), times.map((time, i) => [time, filepositions[i]]));
      for (const seconds of seek) {
        assertEquals(
          await pictureAt(path, seconds),
          await pictureAt(source, seconds),
          `${seconds}`,
        );
      }
      await Deno.remove(path);
    },
  );
}

/** The tags as a server gets them, with frames at other times and headers at 0. */
function moved(tags: FlvTag[], time: (time: number) => number): FlvTag[] {
  const clock = new TimestampUnwrapper();
  return tags.map((tag) => {
    const isHeader = tag.type === "script" || tag.data[1] === 0;
    return { ...tag, timestamp: clock.unwrap(isHeader ? 0 : time(tag.timestamp) >>> 0) };
  });
}

async function durationOf(path: string): Promise<number> {
  const args = `-show_entries format=duration -of csv=p=0 ${path}`.split(" ");
  return Number((await run("ffprobe", args)).stdout);
}

/** Time and position of the keyframes that FFmpeg finds when it reads the whole file. */
async function keyframesOf(path: string): Promise<[number, number][]> {
  const entries = "-show_entries packet=dts_time,pos,flags -of csv=p=0";
  const args = `-select_streams v ${entries} ${path}`.split(" ");
  const lines = (await run("ffprobe", args)).stdout.split("\n");
  const keyframes = lines.filter((line) => line.includes("K")).map((line) => line.split(","));
  assert(keyframes.length > 0);
  return keyframes.map(([time, position]) => [Number(time), Number(position)]);
}

/** The picture at a time, as a hash. */
async function pictureAt(path: string, seconds: number): Promise<string> {
  const args = `-ss ${seconds} -i ${path} -map 0:v -frames:v 1 -f hash -`.split(" ");
  const { code, stdout } = await run("ffmpeg", args);
  assertEquals(code, 0);
  return stdout;
}
