/**
 * Clips whose codecs only Enhanced RTMP can name, what is in them, and an FFmpeg that publishes and
 * plays them: Debian's is too old for that, the one inside the npm package node-av is not.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { makeClip, run } from "../support/ffmpeg.ts";
import type { Tool } from "../support/tools.ts";
import { within } from "../support/wait.ts";
import type { Tracks } from "./enhanced_frames.ts";

/** Where `.ci/run` installs node-av. */
const NODE_MODULES = `${Deno.env.get("TMPDIR") ?? "/tmp"}/sluice-node-av/node_modules`;

/** What {@linkcode enhancedClip}, {@linkcode tracksOf} and {@linkcode copyEnhanced} need. */
export const RECENT_FFMPEG: Tool[] = [
  "ffmpeg",
  "ffprobe",
  "node",
  `${NODE_MODULES}/node-av/package.json`,
];

const PROGRAM = new URL("enhanced_copy.mjs", import.meta.url).pathname;

const PICTURE = "-f lavfi -i testsrc2=size=320x180:rate=30";
const SOUND = "-f lavfi -i sine=frequency=440:sample_rate=48000";
const HDR = "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc";
const HEVC = "libx265 -x265-params log-level=error:bframes=2";

/** How the clips are made: each is 60 frames of video in two groups, and sound. */
const RECIPES = {
  "hevc-opus": `${PICTURE} ${SOUND} -t 2 -g 30 -c:v ${HEVC} -tag:v hvc1 -c:a libopus -b:a 64k`,
  "av1-flac":
    `${PICTURE} ${SOUND} -t 2 -g 30 -c:v libaom-av1 -cpu-used 8 -b:v 300k -strict -2 -c:a flac`,
  "hdr-av1-opus": `${PICTURE} ${SOUND} -t 2 -g 30 ${HDR} -c:v libaom-av1 -cpu-used 8 -b:v 300k ` +
    "-strict -2 -c:a libopus -b:a 64k",
  "vp9-ac3": `${PICTURE} ${SOUND} -t 2 -g 30 -c:v libvpx-vp9 -deadline realtime -b:v 300k -c:a ac3`,
  "two-sounds": `${PICTURE} ${SOUND} ${SOUND} -t 2 -g 30 -map 0 -map 1 -map 2 ` +
    "-c:v libx264 -bf 2 -c:a:0 aac -c:a:1 libopus -b:a:1 64k",
  "two-of-each": `${PICTURE} ${PICTURE} ${SOUND} ${SOUND} -t 2 -g 30 ` +
    `-map 0 -map 1 -map 2 -map 3 -c:v:0 ${HEVC} -c:v:1 libvpx-vp9 -deadline realtime -b:v:1 300k ` +
    "-c:a:0 libopus -b:a:0 64k -c:a:1 libopus -b:a:1 32k",
};

/** A clip that {@linkcode enhancedClip} can make. */
export type EnhancedClip = keyof typeof RECIPES;

/** The path of a clip; it is made if this is the first test that asks for it. */
export function enhancedClip(name: EnhancedClip): Promise<string> {
  return makeClip(`${name}.mp4`, RECIPES[name]);
}

/** What Debian's FFmpeg, which has no part in publishing, finds in a clip. */
export async function tracksOf(clip: string): Promise<Tracks> {
  const entries = "stream=index,codec_type:packet=stream_index,flags,data_hash";
  const options = `-show_data_hash sha256 -show_entries ${entries} -show_packets -of json`;
  const { stdout, complaints } = await run("ffprobe", [...options.split(" "), clip]);
  assertEquals(complaints, []);
  const { streams, packets }: Probed = JSON.parse(stdout);
  const tracks: Tracks = {};
  for (const type of ["video", "audio"]) {
    const ofType = streams.filter(({ codec_type }) => codec_type === type);
    for (const [trackId, { index }] of ofType.entries()) {
      tracks[`${type}:${trackId}`] = packets.filter(({ stream_index }) => stream_index === index)
        .map(({ data_hash, flags }) => ({
          hash: data_hash.replace("SHA256:", ""),
          keyframe: flags.startsWith("K"),
        }));
    }
  }
  return tracks;
}

interface Probed {
  streams: { index: number; codec_type: string }[];
  packets: { stream_index: number; flags: string; data_hash: string }[];
}

/** A copy that is being made. */
export interface EnhancedCopy {
  /** Ends it in an orderly way, when all has been copied; everything must have gone well. */
  end(): Promise<void>;
}

/** Copies a file or URL to another as it is, as fast as it goes, and leaves the copy open. */
export function copyEnhanced(from: string, to: string): EnhancedCopy {
  const node = new Deno.Command("node", {
    args: [PROGRAM, NODE_MODULES, from, to],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = node.output();
  return {
    async end() {
      await node.stdin.close();
      const { code, stderr } = await within("the copy to end", output);
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    },
  };
}
