/**
 * Sequence parameter sets of H.265 as x265 writes them with different settings, beside what ffprobe
 * reads in them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { readSequenceParameterSet } from "../../src/flv/codec/hevc_sps.ts";
import { run } from "../support/ffmpeg.ts";
import { toolTest } from "../support/tools.ts";

const NAL_SPS = 33;

/** What is tried: a picture as FFmpeg makes it, its format, and parameters of x265. */
const SETTINGS: [what: string, picture: string, format: string, parameters: string][] = [
  ["defaults", "size=320x180:rate=30", "yuv420p", ""],
  ["an odd size and NTSC's rate", "size=322x182:rate=60000/1001", "yuv420p", ""],
  ["10 bits of 4:2:2", "size=322x182:rate=50", "yuv422p10le", ""],
  ["12 bits of 4:4:4", "size=322x182:rate=24000/1001", "yuv444p12le", ""],
  ["temporal layers", "size=320x180:rate=25", "yuv420p", "temporal-layers=3:bframes=3"],
  ["default scaling lists", "size=320x180:rate=25", "yuv420p", "scaling-list=default"],
  ["many references", "size=320x180:rate=25", "yuv420p", "ref=5:bframes=4:b-pyramid=1"],
  [
    "colours of HDR",
    "size=320x180:rate=25",
    "yuv420p10le",
    "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:chromaloc=2:range=limited:hdr10=1",
  ],
  ["an aspect ratio", "size=320x180:rate=25,setsar=7/5", "yuv420p", "overscan=show"],
  [
    "a hypothetical decoder",
    "size=320x180:rate=25",
    "yuv420p",
    "hrd=1:vbv-maxrate=500:vbv-bufsize=500",
  ],
  ["fields", "size=320x192:rate=25", "yuv420p", "interlace=tff"],
];

for (const [what, picture, format, parameters] of SETTINGS) {
  await toolTest(
    ["ffmpeg", "ffprobe"],
    `readSequenceParameterSet() reads what x265 writes with ${what}`,
    async () => {
      const path = await Deno.makeTempFile({ prefix: "sluice-test-", suffix: ".h265" });
      const source = `-f lavfi -i testsrc2=${picture} -frames:v 4 -pix_fmt ${format}`;
      const encoder = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params"];
      const all = ["log-level=none", parameters].filter(Boolean).join(":");
      const made = await run("ffmpeg", ["-y", ...source.split(" "), ...encoder, all, path]);
      assertEquals(made.code, 0, made.complaints.join("\n"));

      const entries = "stream=width,height,r_frame_rate";
      const { stdout } = await run("ffprobe", ["-show_entries", entries, "-of", "csv=p=0", path]);
      const [width, height, ratio] = stdout.trim().split(",");
      const [units, ticks] = ratio!.split("/");
      assertEquals(readSequenceParameterSet(parameterSetOf(await Deno.readFile(path))), {
        width: Number(width),
        height: Number(height),
        frameRate: Math.round(1000 * Number(units) / Number(ticks)) / 1000,
      });
      await Deno.remove(path);
    },
  );
}

/** The first one of a stream in which NAL units are separated by 0 0 1. */
function parameterSetOf(stream: Uint8Array): Uint8Array {
  const starts: number[] = [];
  for (let at = 0; at + 3 < stream.length; at++) {
    if (stream[at] === 0 && stream[at + 1] === 0 && stream[at + 2] === 1) starts.push(at + 3);
  }
  const number = starts.findIndex((at) => stream[at]! >> 1 === NAL_SPS);
  assert(number >= 0, "a sequence parameter set");
  return stream.subarray(starts[number]!, (starts[number + 1] ?? stream.length + 3) - 3);
}
