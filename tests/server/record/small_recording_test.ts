/**
 * Recordings that end within their first moments.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { isKeyframe } from "../../../src/flv/tag_kind.ts";
import { RecordingFile } from "../../../src/server/record/recording_file.ts";
import { mediaOf, tagsOf, videoTag, videoTags } from "../../support/media.ts";
import { until } from "../../support/wait.ts";
import { classified, said } from "./recorded.ts";

const HOUR = 3_600_000;

/** Opens an empty file, and removes it in the end. */
async function newFile() {
  const path = await Deno.makeTempFile({ prefix: "sluice-test-", suffix: ".flv" });
  return {
    path,
    file: await Deno.open(path, { read: true, write: true }),
    read: () => Deno.readFile(path),
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}

/** Records tags, and gives the bytes of the file before its end and after it. */
async function record(tags: FlvTag[], bytes = 64 * 1024): Promise<[Uint8Array, Uint8Array]> {
  await using file = await newFile();
  const recording = new RecordingFile(file.file, true, { bytes, time: HOUR });
  for (const tag of classified(tags)) await recording.write(tag);
  const before = await file.read();
  await recording.finish();
  assertEquals(recording.bytes, (await file.read()).length);
  return [before, await file.read()];
}

for (
  const [what, tags] of [
    ["one frame", [videoTag(0, 500)]],
    ["metadata and one frame", videoTags(1, 500)],
    ["sixty frames", videoTags(60, 500)],
    ["no keyframe", [videoTag(1), videoTag(2)]],
    ["sound alone", [{ type: "audio", timestamp: 7, data: Uint8Array.of(0xaf, 1, 0x21) }]],
  ] as [string, FlvTag[]][]
) {
  Deno.test(`a recording of ${what} takes little more than that, and has its index`, async () => {
    const [before, bytes] = await record(tags);
    assertEquals(before.length, 0, "nothing is written before it ends");
    assertEquals(mediaOf(tagsOf(bytes)), mediaOf(tags));
    const payload = concat(tags.map(({ data }) => data)).length;
    assert(bytes.length < payload + 15 * tags.length + 500, `${bytes.length} bytes`);
    const { filesize, hasKeyframes, keyframes } = said(bytes);
    const expected = tags.filter(isKeyframe);
    assertEquals([filesize, hasKeyframes], [bytes.length, expected.length > 0]);
    assertEquals(keyframes?.times ?? [], expected.map(({ timestamp }) => timestamp / 1000));
    for (const [i, at] of keyframes?.filepositions.entries() ?? []) {
      assertEquals(bytes.subarray(at + 11, at + 11 + expected[i]!.data.length), expected[i]!.data);
    }
    assertEquals(bytes[4], tags.some(({ type }) => type === "audio") ? 4 : 1);
  });
}

Deno.test("a recording is written when more has come than is kept in memory", async () => {
  const tags = videoTags(10, 1000);
  const [before, bytes] = await record(tags, 4_500);
  assertEquals(mediaOf(tagsOf(before)), mediaOf(tags));
  assertEquals(mediaOf(tagsOf(bytes)), mediaOf(tags));
  assert(
    before.length > 36_000 + 10_000 && bytes.length === before.length,
    "it has room for an index",
  );
});

Deno.test("a recording is written after some time, though nothing more has come", async () => {
  await using file = await newFile();
  const recording = new RecordingFile(file.file, true, { bytes: 64 * 1024, time: 1 });
  const [first, second] = [...classified([videoTag(0), videoTag(1)])];
  await recording.write(first!);
  await until("the frame", async () => {
    const bytes = await file.read();
    return bytes.length > 0 && mediaOf(tagsOf(bytes)).length === 1;
  });
  await recording.write(second!);
  await recording.finish();
  assertEquals(mediaOf(tagsOf(await file.read())), [videoTag(0), videoTag(1)]);
});

Deno.test("a recording whose first tags cannot all be written says so, and has its index", async () => {
  await using file = await newFile();
  const { file: disk } = file;
  const full = {
    write: (bytes: Uint8Array) =>
      bytes[0] === 9 ? Promise.reject(new Error("the disk is full")) : disk.write(bytes),
    seek: disk.seek.bind(disk),
    truncate: disk.truncate.bind(disk),
    stat: disk.stat.bind(disk),
    syncData: disk.syncData.bind(disk),
    close: disk.close.bind(disk),
  } as unknown as Deno.FsFile;
  const recording = new RecordingFile(full, true, { bytes: 64 * 1024, time: 1 });
  const sound: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 1, 0x21) };
  for (const tag of classified([sound, videoTag(0)])) await recording.write(tag);
  await until("the sound", async () => tagsIn(await file.read()) === 2);
  await assertRejects(() => recording.finish(), Error, "the disk is full");
  const bytes = await file.read();
  assertEquals([mediaOf(tagsOf(bytes)).length, said(bytes).filesize], [1, bytes.length]);
});

/** Whole tags in a file that may be empty. */
function tagsIn(bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : tagsOf(bytes).length;
}

Deno.test("a small recording that is torn anywhere is completed with its whole tags", async () => {
  const tags = videoTags(3, 100);
  const [, whole] = await record(tags);
  for (let length = 0; length <= whole.length; length++) {
    await using file = await newFile();
    await Deno.writeFile(file.path, whole.subarray(0, length));
    const recording = await RecordingFile.reopen(file.file);
    await recording.finish();
    const found = await file.read();
    if (found.length === 0) {
      assert(length < 400, `nothing is left of ${length} bytes`);
      continue;
    }
    const media = mediaOf(tagsOf(found));
    // A tag is whole without the four bytes after it.
    const count = [0, 1, 2].filter((after) => length + 4 >= whole.length - after * 115).length;
    assertEquals(media, mediaOf(tags).slice(0, count), `${length} bytes`);
    assertEquals(said(found).filesize, found.length);
  }
});
