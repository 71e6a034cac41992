/**
 * The names of recordings, and what the disk is asked for them.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { Recorder } from "../../../src/server/record/recorder.ts";
import { recordingDirectory } from "../../support/api.ts";

const SINCE = new Date("2026-01-02T03:04:05.678Z");
const STREAM = { app: "live", name: "demo" };
const BASE = "live/demo-20260102T030405Z";

/** Counts the recordings that are opened. */
function countOpens(): Disposable & { count: number } {
  const { open } = Deno;
  const opens = {
    count: 0,
    [Symbol.dispose]: () => void (Deno.open = open),
  };
  Deno.open = (path, options) => {
    if (String(path).endsWith(".flv")) opens.count++;
    return open(path, options);
  };
  return opens;
}

/** Makes a file that stays empty. */
async function createEmpty(recorder: Recorder, since = SINCE, stream = STREAM): Promise<string> {
  const { file, name } = await recorder.create(stream, since);
  file.close();
  await recorder.complete(name);
  return name;
}

Deno.test("the name of a recording is found by one open, however often it is published", async () => {
  await using directory = await recordingDirectory();
  const recorder = await Recorder.open(directory.path);
  using opens = countOpens();
  const names: string[] = [];
  for (let i = 0; i < 300; i++) names.push(await createEmpty(recorder));
  assertEquals(names.slice(0, 3), [`${BASE}.flv`, `${BASE}-2.flv`, `${BASE}-3.flv`]);
  assertEquals([names.at(-1), opens.count], [`${BASE}-300.flv`, 300]);

  // Other names and other seconds begin anew.
  assertEquals(
    [
      await createEmpty(recorder, SINCE, { app: "live", name: "other" }),
      await createEmpty(recorder, new Date(SINCE.getTime() + 1_000)),
    ],
    ["live/other-20260102T030405Z.flv", "live/demo-20260102T030406Z.flv"],
  );
  assertEquals(opens.count, 302);
  await recorder.close();
});

Deno.test("names that were taken before, or in seconds long over, are found on the disk", async () => {
  await using directory = await recordingDirectory();
  const earlier = await Recorder.open(directory.path);
  for (let i = 0; i < 3; i++) await createEmpty(earlier);
  for (let i = 1; i < 9; i++) await createEmpty(earlier, new Date(SINCE.getTime() + i * 1_000));
  const later = await Recorder.open(directory.path);
  assertEquals(
    [await createEmpty(later), await createEmpty(earlier)],
    [`${BASE}-4.flv`, `${BASE}-5.flv`],
  );
  await earlier.close();
  await later.close();
});

Deno.test("a name that was taken too often is given up, and no open is made in vain again", async () => {
  await using directory = await recordingDirectory();
  const earlier = await Recorder.open(directory.path);
  for (let i = 0; i < 100; i++) await createEmpty(earlier);
  const later = await Recorder.open(directory.path);
  using opens = countOpens();
  await assertRejects(() => createEmpty(later), Error, "99 names");
  assertEquals([await createEmpty(later), opens.count], [`${BASE}-101.flv`, 101]);
  await earlier.close();
  await later.close();
});

Deno.test("recordings of one name that begin at once have files of their own", async () => {
  await using directory = await recordingDirectory();
  const recorder = await Recorder.open(directory.path);
  using opens = countOpens();
  const names = await Promise.all(Array.from({ length: 20 }, () => createEmpty(recorder)));
  assertEquals([new Set(names).size, opens.count], [20, 20]);
  await recorder.close();
});

Deno.test("a recording that cannot be noted in the journal leaves no file open", async () => {
  await using directory = await recordingDirectory();
  const { open } = Deno;
  const full = new Error("the disk is full");
  let closed = 0;
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    if (String(path).endsWith(".journal")) file.write = () => Promise.reject(full);
    const { close } = file;
    file.close = () => {
      close.call(file);
      if (String(path).endsWith(".flv")) closed++;
    };
    return file;
  };
  try {
    const recorder = await Recorder.open(directory.path);
    await assertRejects(() => recorder.create(STREAM, SINCE), Error, full.message);
    assertEquals(closed, 1);
    await recorder.close();
  } finally {
    Deno.open = open;
  }
});
