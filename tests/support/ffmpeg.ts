/**
 * FFmpeg: clips to publish, a publisher, and an independent judge of files.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { PATIENCE, within } from "./wait.ts";

/** How the clips are made. Each is made once and kept among the temporary files. */
const RECIPES = {
  /** 60 frames with B-frames, and audio. */
  "b-frames": picture("320x180", 30, 2, "-bf 2 -b:v 400k", "-c:a aac"),
  /** 60 frames in the order they are shown, and audio. */
  "plain": picture("320x180", 30, 2, "-bf 0 -b:v 400k", "-c:a aac"),
  "video-only": picture("320x180", 30, 2, "-bf 2 -b:v 400k", "-an"),
  "audio-only": `${sine(2)} -c:a aac`,
  /** 600 frames, 8 Mbit/s. */
  "1080p60": picture(
    "1920x1080",
    60,
    10,
    "-preset ultrafast -bf 0 -b:v 8M -minrate 8M -maxrate 8M -bufsize 8M -nal-hrd cbr",
    "-c:a aac",
  ),
};

/** A clip that {@linkcode clip} can make. */
export type ClipName = keyof typeof RECIPES;

/** The path of a clip; it is made if this is the first test that asks for it. */
export function clip(name: ClipName): Promise<string> {
  return makeClip(`${name}.flv`, RECIPES[name]);
}

/** The path of a file that FFmpeg makes with these options, unless it has been made before. */
export async function makeClip(file: string, recipe: string): Promise<string> {
  const directory = `${Deno.env.get("TMPDIR") ?? "/tmp"}/sluice-test-clips`;
  const path = `${directory}/${file}`;
  if (await Deno.stat(path).then(() => true, () => false)) return path;
  await Deno.mkdir(directory, { recursive: true });
  const unfinished = await Deno.makeTempFile({ dir: directory, suffix: `-${file}` });
  await mustRun("ffmpeg", ["-y", ...recipe.split(" "), unfinished]);
  await Deno.rename(unfinished, path);
  return path;
}

/** What a program has written. */
export interface Output {
  code: number;
  stdout: string;
  /** The lines it has complained with. */
  complaints: string[];
}

/** Runs FFmpeg or one of its kin to its end; it says nothing but warnings and errors. */
export async function run(
  program: "ffmpeg" | "ffprobe",
  args: string[],
  patience = PATIENCE,
): Promise<Output> {
  const quiet = ["-hide_banner", "-loglevel", "warning"];
  const command = new Deno.Command(program, { args: [...quiet, ...args], stdin: "null" });
  const { code, stdout, stderr } = await within(
    `${program} to end`,
    command.output(),
    patience,
  );
  const decoder = new TextDecoder();
  const complaints = decoder.decode(stderr).split("\n")
    .filter((line) => line !== "" && !HARMLESS.test(line));
  return { code, stdout: decoder.decode(stdout), complaints };
}

/** FFmpeg wants to go back to the beginning of a live stream, each time. */
const HARMLESS = /Failed to update header with correct (duration|filesize)/;

/**
 * Publishes a clip as it is, as fast as the server takes it; it must not complain.
 *
 * @param options More options, such as `-re` for the clip's own pace.
 * @param patience How long it may take, in milliseconds.
 */
export async function publishClip(
  path: string,
  url: string,
  options = "",
  patience = PATIENCE,
): Promise<void> {
  const how = options.split(" ").filter(Boolean);
  const copy = ["-copyts", "-map", "0", "-c", "copy", "-f", "flv"];
  await mustRun("ffmpeg", [...how, "-i", path, ...copy, url], patience);
}

/** What is in a file: the hash of each stream, and the times and sizes of all packets. */
export interface Contents {
  hashes: string[];
  video: string[];
  audio: string[];
}

/** Has FFmpeg read a file, and read it without a complaint. */
export async function contents(path: string): Promise<Contents> {
  const hashes = await mustRun("ffmpeg", `-i ${path} -map 0 -c copy -f streamhash -`.split(" "));
  const entries = "-show_entries packet=codec_type,pts,dts,size,flags -of csv=p=0";
  const packets = (await mustRun("ffprobe", [...entries.split(" "), path])).split("\n");
  return {
    // "0,v,SHA256=..." without the number: which stream comes first is up to the sender.
    hashes: hashes.split("\n").map((line) => line.replace(/^\d+,/, "")).sort(),
    video: packets.filter((packet) => packet.startsWith("video")),
    audio: packets.filter((packet) => packet.startsWith("audio")),
  };
}

async function mustRun(
  program: "ffmpeg" | "ffprobe",
  args: string[],
  patience = PATIENCE,
): Promise<string> {
  const { code, stdout, complaints } = await run(program, args, patience);
  assertEquals({ code, complaints }, { code: 0, complaints: [] }, `${program} ${args.join(" ")}`);
  return stdout;
}

function picture(size: string, rate: number, seconds: number, video: string, audio: string) {
  const source = `-f lavfi -i testsrc2=size=${size}:rate=${rate}`;
  const sound = audio === "-an" ? "" : ` ${sine(seconds)}`;
  const encoder = `-c:v libx264 -profile:v high -pix_fmt yuv420p -g ${rate} ${video}`;
  return `${source}${sound} -t ${seconds} ${encoder} ${audio}`;
}

function sine(seconds: number): string {
  return `-f lavfi -t ${seconds} -i sine=frequency=440:sample_rate=48000`;
}
