/**
 * Files that a recording has written.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type ClassifiedTag, TagClassifier } from "../../../src/channel/counted_tag.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { parseScriptTag } from "../../../src/flv/script_tag.ts";
import { RecordingFile } from "../../../src/server/record/recording_file.ts";
import { tagsOf } from "../../support/media.ts";

/** What the metadata of a recording says. */
export interface Said {
  duration: number;
  lasttimestamp: number;
  filesize: number;
  hasKeyframes: boolean;
  keyframes?: { times: number[]; filepositions: number[] };
  [name: string]: unknown;
}

/** A recording that writes each tag at once. */
export function recordingOf(file: Deno.FsFile): RecordingFile {
  return new RecordingFile(file, true, { bytes: 0, time: 0 });
}

/** The tags as a channel gives them to a recording. */
export function* classified(tags: Iterable<FlvTag>): Generator<ClassifiedTag, void, void> {
  const classifier = new TagClassifier();
  for (const tag of tags) yield classifier.classify(tag);
}

/** Records tags into a file; `look` sees the recording after each of them. */
export async function recordInto(
  path: string,
  tags: Iterable<FlvTag>,
  look: (recording: RecordingFile) => void | Promise<void> = () => {},
): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  const recording = recordingOf(file);
  for (const tag of classified(tags)) {
    await recording.write(tag);
    await look(recording);
  }
  await recording.finish();
}

/** The same, and gives the bytes of the finished file; `look` also sees those written so far. */
export async function record(
  tags: Iterable<FlvTag>,
  look?: (bytes: Uint8Array, tag: number, recording: RecordingFile) => void,
): Promise<Uint8Array> {
  const path = await Deno.makeTempFile({ prefix: "sluice-test-", suffix: ".flv" });
  let count = 0;
  await recordInto(path, tags, async (recording) => {
    look?.(await Deno.readFile(path), count++, recording);
  });
  const bytes = await Deno.readFile(path);
  await Deno.remove(path);
  return bytes;
}

/** The `onMetaData` that a recording begins with, without its filler. */
export function said(bytes: Uint8Array): Said {
  const { name, values } = parseScriptTag(tagsOf(bytes)[0]!.data);
  assertEquals(name, "onMetaData");
  const { filler, ...rest } = values[0] as Said;
  assert(
    Array.isArray(filler) && filler.every((value) => value === null || /^ *$/.test(String(value))),
  );
  return rest as Said;
}
