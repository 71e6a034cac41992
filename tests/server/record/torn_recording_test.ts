/**
 * Recordings whose writer is killed: at any moment of its life a file can be played.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { FlvDemuxer } from "../../../src/flv/demuxer.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { isKeyframe } from "../../../src/flv/tag_kind.ts";
import { fixtureTags, mediaOf, videoTag } from "../../support/media.ts";
import { toolTest } from "../../support/tools.ts";
import { classified, recordingOf } from "./recorded.ts";

/** Bytes that a system writes at once or not at all. */
const PAGE = 4096;

/** One write of a recording. */
interface Write {
  position: number;
  bytes: Uint8Array;
}

/** A disk that keeps every write, in order. */
class FakeDisk {
  readonly writes: Write[] = [];
  #position = 0;

  get file(): Deno.FsFile {
    const file = {
      write: (bytes: Uint8Array) => {
        this.writes.push({ position: this.#position, bytes: bytes.slice() });
        this.#position += bytes.length;
        return Promise.resolve(bytes.length);
      },
      seek: (position: number) => Promise.resolve(this.#position = position),
      stat: () => Promise.resolve({ nlink: 1 }),
      syncData: () => Promise.resolve(),
      close() {},
    };
    return file as unknown as Deno.FsFile;
  }
}

async function writesOf(tags: FlvTag[]): Promise<Write[]> {
  const disk = new FakeDisk();
  const recording = recordingOf(disk.file);
  for (const tag of classified(tags)) await recording.write(tag);
  await recording.finish();
  return disk.writes;
}

/** The file when all of these have been written, and of `last` the bytes that `arrived`. */
function fileAfter(
  writes: Write[],
  last?: Write,
  arrived: (at: number) => boolean = () => false,
): Uint8Array<ArrayBuffer> {
  const all = last ? [...writes, last] : writes;
  const bytes = new Uint8Array(
    Math.max(0, ...all.map(({ position, bytes }) => position + bytes.length)),
  );
  let length = 0;
  const put = (position: number, written: Uint8Array) => {
    bytes.set(written, position);
    length = Math.max(length, position + written.length);
  };
  for (const { position, bytes: written } of writes) put(position, written);
  for (let i = 0; last && i < last.bytes.length; i++) {
    if (arrived(i)) put(last.position + i, last.bytes.subarray(i, i + 1));
  }
  return bytes.subarray(0, length);
}

/** The media tags that a reader finds; what is no FLV file throws. */
function mediaIn(bytes: Uint8Array): FlvTag[] {
  const tags: FlvTag[] = [];
  new FlvDemuxer().decode(bytes, (tag) => tags.push(tag));
  return mediaOf(tags);
}

const anyTag = fc.oneof(
  fc.integer({ min: 6, max: 400 }).map((size) => videoTag(0, size)),
  fc.integer({ min: 6, max: 400 }).map((size) => videoTag(1, size)),
  fc.constant<FlvTag>({ type: "audio", timestamp: 7, data: Uint8Array.of(0xaf, 1, 0x21) }),
  fc.constant<FlvTag>({
    type: "script",
    timestamp: 0,
    data: encodeAmf0("onMetaData", { encoder: "test" }),
  }),
);

Deno.test("a recording that is killed at any byte that it writes can be read up to its last tag", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyTag, { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.nat(),
      async (tags, anyWrite, anyByte) => {
        const writes = await writesOf(tags);
        const number = anyWrite % writes.length;
        const torn = writes[number]!;
        const kept = anyByte % torn.bytes.length;
        const before = mediaIn(fileAfter(writes.slice(0, number)));
        const found = mediaIn(fileAfter(writes.slice(0, number), torn, (at) => at < kept));
        assertEquals(found.slice(0, before.length), before);
        assertEquals(found, mediaOf(tags).slice(0, found.length));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a recording whose last write is torn anyhow has every tag", async () => {
  const tags = await fixtureTags();
  const writes = await writesOf(tags);
  const last = writes.pop()!;
  assertEquals(last.position, 0);
  assert(last.bytes.length > 3 * PAGE, "so that it can be torn");
  const pages = Math.ceil(last.bytes.length / PAGE);
  const anyPages = fc.array(fc.boolean(), { minLength: pages, maxLength: pages });
  fc.assert(
    fc.property(anyPages, fc.nat(last.bytes.length), (arrived, kept) => {
      const byPages = fileAfter(writes, last, (at) => arrived[Math.floor(at / PAGE)]!);
      assertEquals(mediaIn(byPages), mediaOf(tags));
      const byBytes = fileAfter(writes, last, (at) => at < kept);
      assertEquals(mediaIn(byBytes), mediaOf(tags));
    }),
    { numRuns: 30 },
  );
});

await toolTest(
  ["ffprobe"],
  "FFmpeg finds every frame whatever the last write has left",
  async () => {
    const clip = await fixtureTags();
    // So many keyframes that the write can be torn within their table, which then makes no sense.
    const keyframes = clip.filter(isKeyframe);
    const rounds = Math.ceil(300 / keyframes.length);
    const tags = [
      ...clip,
      ...Array.from({ length: rounds }, (_, round) =>
        keyframes.map((tag) => (
          { ...tag, timestamp: tag.timestamp + 2100 * (round + 1) }
        ))).flat(),
    ];
    const frames = { video: 60 + rounds * keyframes.length, audio: 88 };
    const writes = await writesOf(tags);
    const last = writes.pop()!;
    const path = await Deno.makeTempFile({ prefix: "sluice-test-", suffix: ".flv" });
    const { length } = last.bytes;
    const ends = [
      1,
      13,
      24,
      30,
      ...Array.from({ length: 10 }, (_, i) => 400 * (i + 1)),
      PAGE,
    ];
    for (const end of [...ends, 2 * PAGE, length - 20, length - 1, length]) {
      await Deno.writeFile(path, fileAfter(writes, last, (at) => at < end));
      assertEquals([end, await framesIn(path)], [end, frames]);
    }
    await Deno.remove(path);
  },
);

/** What FFmpeg finds in a file, whatever it has to say of the metadata. */
async function framesIn(path: string): Promise<{ video: number; audio: number }> {
  const args = `-v quiet -show_entries packet=codec_type -of csv=p=0 ${path}`.split(" ");
  const { code, stdout } = await new Deno.Command("ffprobe", { args, stdin: "null" }).output();
  assertEquals(code, 0);
  const lines = new TextDecoder().decode(stdout).split("\n");
  const count = (kind: string) => lines.filter((line) => line.startsWith(kind)).length;
  return { video: count("video"), audio: count("audio") };
}
