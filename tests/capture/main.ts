/**
 * `deno task capture`: publishes a clip to the server and counts its frames at every stage, down to
 * the bytes that come out. The exit code is 1 when one is missing.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { hasTool } from "../support/tools.ts";
import { describe, isWhole } from "./breakdown.ts";
import { makeClip, repeatFixture } from "./clip.ts";
import { runPipeline } from "./pipeline.ts";

const HELP = `Usage: deno task capture [--flood] [--frames N] [--publishers N]

  --flood          send as fast as it goes, not in real time
  --frames N       video frames in the clip (60)
  --publishers N   publishers at once (1)
`;

function readFlags() {
  return parseArgs({
    args: Deno.args,
    options: {
      flood: { type: "boolean", default: false },
      frames: { type: "string", default: "60" },
      publishers: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  }).values;
}

async function main(): Promise<number> {
  let flags;
  try {
    flags = readFlags();
  } catch (error) {
    print(`${(error as Error).message}\n\n${HELP}`);
    return 1;
  }
  const frames = Number(flags.frames);
  const publishers = Number(flags.publishers);
  if (flags.help || !isCount(frames) || !isCount(publishers)) {
    print(HELP);
    return flags.help ? 0 : 1;
  }
  const directory = await Deno.makeTempDir({ prefix: "sluice-capture-" });
  try {
    const byFfmpeg = await hasTool("ffmpeg");
    const clip = byFfmpeg ? await makeClip(frames, directory) : await repeatFixture(frames);
    const pace = flags.flood ? "as fast as it goes" : "in real time";
    const who = byFfmpeg ? "FFmpeg" : "Sluice's own client";
    print(`${publishers} × ${who}, ${pace}\n`);
    const counted = await runPipeline(clip, {
      publishers,
      realTime: !flags.flood,
      directory: `${directory}/recordings`,
    });
    print(describe(counted).join("\n") + "\n");
    return isWhole(counted) ? 0 : 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await main());
