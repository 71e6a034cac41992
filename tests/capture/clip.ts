/**
 * What is published: a clip made by FFmpeg, or the one that is kept with the tests.
 *
 * @module
 */

import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { run } from "../support/ffmpeg.ts";
import { fixtureTags, tagsOf } from "../support/media.ts";

const FRAME_RATE = 30;

/** A clip: its tags, and its file if FFmpeg is to publish it. */
export interface Clip {
  file: string | undefined;
  tags: FlvTag[];
}

/** Has FFmpeg make a clip of so many frames. */
export async function makeClip(frames: number, directory: string): Promise<Clip> {
  const file = `${directory}/clip.flv`;
  const seconds = String(frames / FRAME_RATE);
  const picture = `testsrc2=size=640x360:rate=${FRAME_RATE},trim=end_frame=${frames}`;
  const { code, complaints } = await run("ffmpeg", [
    ...["-f", "lavfi", "-i", picture],
    ...["-f", "lavfi", "-t", seconds, "-i", "sine=frequency=440:sample_rate=48000"],
    ..."-c:v libx264 -preset veryfast -g 30 -pix_fmt yuv420p -c:a aac".split(" "),
    file,
  ]);
  if (code !== 0) throw new Error(`FFmpeg cannot make the clip: ${complaints.join("; ")}`);
  return { file, tags: tagsOf(await Deno.readFile(file)) };
}

/** Repeats the clip of the tests until it has so many video frames. */
export async function repeatFixture(frames: number): Promise<Clip> {
  const fixture = await fixtureTags();
  const duration = 1000 * fixture.filter(isVideoFrame).length / FRAME_RATE;
  const tags: FlvTag[] = [];
  let missing = frames;
  for (let offset = 0; missing > 0; offset += duration) {
    for (const tag of fixture) {
      if (isVideoFrame(tag) && missing-- <= 0) break;
      tags.push({ ...tag, timestamp: tag.timestamp + offset });
    }
  }
  return { file: undefined, tags };
}

function isVideoFrame({ type, data }: FlvTag): boolean {
  return mediaKind(type, data) === "videoFrames";
}
