import { assert, assertEquals } from "@std/assert";
import { isKeyframe } from "../../src/flv/tag_kind.ts";
import { makeClip, run } from "../support/ffmpeg.ts";
import { toolTest } from "../support/tools.ts";

const PICTURE = "-f lavfi -i testsrc2=size=160x90:rate=30 -t 2 -an";

/** Encoders, the container that keeps their frames as FLV does, and the FourCC. */
const ENCODERS: [name: string, recipe: string, container: "mp4" | "ivf", codec: string][] = [
  ["libx264 with B-frames", "-c:v libx264 -g 15 -bf 3", "mp4", "avc1"],
  ["libx264 of many slices", "-c:v libx264 -g 15 -tune zerolatency", "mp4", "avc1"],
  ["libx265", "-c:v libx265 -x265-params log-level=error:keyint=15 -tag:v hvc1", "mp4", "hvc1"],
  ["libaom-av1", "-c:v libaom-av1 -cpu-used 8 -g 15 -b:v 200k", "ivf", "av01"],
  ["libvpx", "-c:v libvpx -deadline realtime -g 15 -b:v 200k", "ivf", "vp08"],
  ["libvpx-vp9", "-c:v libvpx-vp9 -deadline realtime -g 15 -b:v 200k", "ivf", "vp09"],
];

/** Bytes before each frame of an IVF file, of which FFmpeg tells the place. */
const IVF_FRAME_HEADER = 12;

for (const [name, recipe, container, codec] of ENCODERS) {
  await toolTest(
    ["ffmpeg", "ffprobe"],
    `isKeyframe() knows the keyframes of ${name} when all are marked as inter frames`,
    async () => {
      const file = `keys-${name.replaceAll(" ", "-")}.${container}`;
      const path = await makeClip(file, `${PICTURE} ${recipe} -pix_fmt yuv420p`);
      const bytes = await Deno.readFile(path);
      const packets = await packetsOf(path);
      const inter = [0xa3, ...new TextEncoder().encode(codec)];
      const found = packets.map(({ pos, size }) => {
        const at = Number(pos) + (container === "ivf" ? IVF_FRAME_HEADER : 0);
        const data = Uint8Array.from([...inter, ...bytes.subarray(at, at + Number(size))]);
        return isKeyframe({ type: "video", timestamp: 0, data });
      });
      assertEquals(found, packets.map(({ flags }) => flags.startsWith("K")));
      assert(found.filter((key) => key).length >= 4 && found.length >= 60, `${found}`);
    },
  );
}

interface Packet {
  pos: string;
  size: string;
  flags: string;
}

/** Where each frame is in a file, in the order of decoding, by FFmpeg's account. */
async function packetsOf(path: string): Promise<Packet[]> {
  const options = "-show_entries packet=pos,size,flags -show_packets -of json";
  const { stdout } = await run("ffprobe", [...options.split(" "), path]);
  return JSON.parse(stdout).packets;
}
