/**
 * Makes the recordings: FFmpeg publishes to our server through a proxy that keeps what it sends.
 *
 * @module
 */

import { cacheDirectory, startSluice } from "./servers.ts";
import { RECORDED_NAME } from "./recording.ts";

/** The clips, as options of FFmpeg's encoder. Filler makes the bitrate what it says. */
const CLIPS = {
  /** One fast publisher. */
  "40mbit": {
    size: "1920x1080",
    seconds: 20,
    rate: "-b:v 40M -minrate 40M -maxrate 40M -bufsize 8M",
  },
  /** One of many. */
  "2.5mbit": {
    size: "1280x720",
    seconds: 60,
    rate: "-b:v 2400k -minrate 2400k -maxrate 2400k -bufsize 2400k",
  },
};

/** A clip. */
export type ClipName = keyof typeof CLIPS;

/** The path of a recording with chunks of this size; it is made when it is not there. */
export async function recording(clip: ClipName, chunkSize: number): Promise<string> {
  const directory = await cacheDirectory();
  const path = `${directory}/${clip}-${chunkSize}.rtmp`;
  return await made(path, async (unfinished) => {
    const source = await encodedClip(clip, directory);
    await using server = await startSluice(["--chunk-size", `${chunkSize}`]);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const proxied = recordNext(listener, server.port, unfinished);
    const { port } = listener.addr as Deno.NetAddr;
    const url = `rtmp://127.0.0.1:${port}/live/${RECORDED_NAME}`;
    await ffmpeg(`-i ${source} -c copy -f flv ${url}`);
    await proxied;
  });
}

async function encodedClip(clip: ClipName, directory: string): Promise<string> {
  const { size, seconds, rate } = CLIPS[clip];
  return await made(`${directory}/${clip}.flv`, async (unfinished) => {
    await ffmpeg(
      `-f lavfi -i testsrc2=size=${size}:rate=30 -f lavfi -i sine=sample_rate=44100 ` +
        `-t ${seconds} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 60 ${rate} ` +
        `-nal-hrd cbr -c:a aac -b:a 128k -y -f flv ${unfinished}`,
    );
  });
}

/** Passes one connection on, and keeps what the client sends. */
async function recordNext(listener: Deno.Listener, port: number, path: string): Promise<void> {
  using client = await listener.accept();
  using server = await Deno.connect({ port });
  using file = await Deno.create(path);
  const writer = file.writable.getWriter();
  const answers = server.readable.pipeTo(client.writable, { preventClose: true }).catch(() => {});
  const memory = new Uint8Array(256 * 1024);
  for (let count = await client.read(memory); count !== null; count = await client.read(memory)) {
    const bytes = memory.slice(0, count);
    await writer.write(bytes);
    for (let at = 0; at < count;) at += await server.write(bytes.subarray(at));
  }
  await server.closeWrite();
  await answers;
}

/** A file that is there only when it is whole. */
async function made(path: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  if (await Deno.stat(path).then(() => true, () => false)) return path;
  const unfinished = `${path}.unfinished`;
  await make(unfinished);
  await Deno.rename(unfinished, path);
  return path;
}

async function ffmpeg(args: string): Promise<void> {
  const command = new Deno.Command("ffmpeg", {
    args: ["-hide_banner", "-loglevel", "error", ...args.split(" ")],
    stdin: "null",
    stderr: "inherit",
  });
  const { success } = await command.output();
  if (!success) throw new Error(`Cannot run ffmpeg ${args}`);
}
