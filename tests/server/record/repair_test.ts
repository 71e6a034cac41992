/**
 * What a killed server leaves, and what the next one makes of it.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FlvDemuxer } from "../../../src/flv/demuxer.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { StartError } from "../../../src/server/cli/start_error.ts";
import { recordingDirectory } from "../../support/api.ts";
import { mediaOf, tagsOf, videoTag, videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { recordPermissions, ServerProcess, startTestApp } from "../../support/server.ts";
import { until } from "../../support/wait.ts";
import { said } from "./recorded.ts";

const FRAMES = 20;

/** Starts a server that records into a directory. */
function start(directory: string): Promise<ServerProcess> {
  return ServerProcess.start({
    args: ["--record", directory],
    permissions: recordPermissions(directory),
  });
}

/** Records some frames under `live/<name>` and kills the server when they are in the file. */
async function killWhileRecording(directory: string): Promise<string> {
  const server = await start(directory);
  using client = await RawClient.publish(server.port, "demo");
  client.sendTags(videoTags(FRAMES, 1000));
  const path = await until("the recording", async () => {
    const [file] = await filesIn(`${directory}/live`);
    if (file === undefined) return undefined;
    const path = `${directory}/live/${file}`;
    const count = mediaOf(tagsOf(await Deno.readFile(path))).length;
    return count === mediaOf(videoTags(FRAMES, 1000)).length ? path : undefined;
  });
  server.kill("SIGKILL");
  await server.ended();
  return path;
}

/** The media tags that are whole in a file whose end may be torn. */
function wholeTags(bytes: Uint8Array): FlvTag[] {
  const tags: FlvTag[] = [];
  new FlvDemuxer().decode(bytes, (tag) => tags.push(tag));
  return mediaOf(tags);
}

async function filesIn(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

for (
  const [what, tear] of [
    ["whole", (size: number) => size],
    ["torn inside its last tag", (size: number) => size - 500],
    ["torn inside the size behind its last tag", (size: number) => size - 2],
    ["torn inside the header of its last tag", (size: number) => size - 1_012],
  ] as [string, (size: number) => number][]
) {
  Deno.test(`a recording that a killed server has left ${what} is completed at the next start`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const path = await killWhileRecording(directory);
    const { size } = await Deno.stat(path);
    await Deno.truncate(path, tear(size));
    const before = wholeTags(await Deno.readFile(path));

    const server = await start(directory);
    await server.line(/live\/demo-.*was left unfinished, and is complete now/);
    const bytes = await Deno.readFile(path);
    const tags = mediaOf(tagsOf(bytes));
    assertEquals(tags, before);
    const { filesize, duration, keyframes } = said(bytes);
    assertEquals(filesize, bytes.length);
    assert(duration > 0 && keyframes!.times.length > 0);
    // What stands behind the last tag is its size.
    assertEquals(
      new DataView(bytes.buffer).getUint32(bytes.length - 4),
      11 + tags.at(-1)!.data.length,
    );
    await server.stop();
    assertEquals((await filesIn(directory)).filter((name) => name.startsWith(".")), []);
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("a recording that another server is writing is left alone", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  await using first = await start(directory);
  using client = await RawClient.publish(first.port, "demo");
  const sent = videoTags(FRAMES, 1000);
  client.sendTags(sent);
  await first.line(/live\/demo is recorded/);
  {
    await using second = await start(directory);
    assertEquals(second.lines.filter((line) => /unfinished/.test(line)), []);
  }
  client.sendTags([videoTag(1)]);
  client.command("FCUnpublish", 4, null, "demo");
  await first.line(/recording .* is complete/);
  const [file] = await filesIn(`${directory}/live`);
  const recorded = mediaOf(tagsOf(await Deno.readFile(`${directory}/live/${file}`)));
  assertEquals(recorded.length, mediaOf(sent).length + 1);
  await first.stop();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a recording whose directory is removed has failed, and the next one works", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  await using server = await start(directory);
  const publish = async (count: number) => {
    using client = await RawClient.publish(server.port, "demo");
    client.sendTags(videoTags(FRAMES, 1000));
    await until(
      "the recording",
      () =>
        server.lines.filter((line) => /live\/demo is recorded/.test(line)).length === count ||
        undefined,
    );
    if (count === 1) await Deno.remove(`${directory}/live`, { recursive: true });
    client.command("FCUnpublish", 4, null, "demo");
    await until(
      "the end",
      () => server.lines.filter((line) => /has ended/.test(line)).length === count || undefined,
    );
  };
  await publish(1);
  await server.line(/ERR .*recording of live\/demo has failed: .*removed/);
  await publish(2);
  await server.line(/The recording .* is complete/);
  assertEquals((await filesIn(`${directory}/live`)).length, 1);
  const { failed } = await (await fetch(`${server.http}/api/v1/recordings`)).json();
  assertEquals(failed, 1);
  await server.stop();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("an app of 2,000 segments makes no more than eight directories", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  await using server = await start(directory);
  const apps = ["a", "b"].map((last) => [...Array(1_999).fill("a"), last].join("/"));
  for (const [i, app] of apps.entries()) {
    using client = await RawClient.publish(server.port, "demo", app);
    client.sendTags([videoTag(0)]);
    client.command("FCUnpublish", 4, null, "demo");
    await until(
      "the end",
      () => server.lines.filter((line) => /has ended/.test(line)).length > i || undefined,
    );
  }
  const directories = await directoriesIn(directory);
  // The two differ in the last segment alone, and so in the innermost directory.
  assertEquals(directories, 9);
  await server.stop();
  await Deno.remove(directory, { recursive: true });
});

/** How many directories there are in one, at any depth. */
async function directoriesIn(directory: string): Promise<number> {
  let count = 0;
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) count += 1 + await directoriesIn(`${directory}/${name}`);
  }
  return count;
}

Deno.test("a server that cannot start leaves nothing in its directory of recordings", async () => {
  await using directory = await recordingDirectory();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String((taken.addr as Deno.NetAddr).port);
  await assertRejects(
    () => startTestApp("--record", directory.path, "--port", port),
    StartError,
    port,
  );
  taken.close();
  assertEquals(await filesIn(directory.path), []);
});
