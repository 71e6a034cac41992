import { assert, assertEquals, assertMatch } from "@std/assert";
import { mediaOf, tagsOf, videoTag, videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { recordPermissions, ServerProcess } from "../../support/server.ts";
import { until } from "../../support/wait.ts";

Deno.test({
  name: "a recording that can grow no more is whole up to a tag, and those who watch go on",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    // A limit on the size of files does to a writer what a full disk does: 256 blocks of 512 bytes.
    const server = await ServerProcess.start({
      shell: "trap '' XFSZ; ulimit -f 256",
      args: ["--record", directory],
      permissions: recordPermissions(directory),
    });
    const watching = fetch(`${server.http}/live/demo.flv`);
    const sent = videoTags(150, 1000);
    const client = await RawClient.publish(server.port, "demo");
    client.sendTags(sent);
    client.command("FCUnpublish", 4, null, "demo");

    assertEquals(tagsOf(await (await watching).bytes()), sent);
    assertMatch(await server.line(/ERR .*live\/demo/), /recording of live\/demo has failed.*large/);
    await server.line(/live\/demo has ended.*ledger balanced/);
    client[Symbol.dispose]();
    const [file] = await Array.fromAsync(Deno.readDir(`${directory}/live`));
    const bytes = await Deno.readFile(`${directory}/live/${file!.name}`);
    const recorded = mediaOf(tagsOf(bytes));
    assertEquals(recorded, mediaOf(sent).slice(0, recorded.length));
    // No further tag of 1,015 bytes would have found room.
    assert(256 * 512 - bytes.length < 1015 && bytes.length <= 256 * 512, `${bytes.length} bytes`);
    await server.stop();
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test({
  name: "a small recording that finds no room at its end leaves no file, and has failed",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const server = await ServerProcess.start({
      shell: "trap '' XFSZ; ulimit -f 16",
      args: ["--record", directory],
      permissions: recordPermissions(directory),
    });
    const publish = async (name: string, frames: number) => {
      using client = await RawClient.publish(server.port, name);
      client.sendTags(videoTags(frames, 1000));
      client.command("FCUnpublish", 4, null, name);
      await server.line(new RegExp(`live/${name} has ended.*ledger balanced`));
    };
    await publish("large", 20);
    assertMatch(await server.line(/ERR .*live\/large/), /recording of live\/large has failed/);
    await publish("small", 2);
    await server.line(/The recording .*small.* is complete/);
    await server.stop();
    const files = await Array.fromAsync(Deno.readDir(`${directory}/live`), ({ name }) => name);
    assertEquals(files.map((name) => name.split("-")[0]), ["small"]);
    assertEquals((await Array.fromAsync(Deno.readDir(directory))).length, 1, "no journal is left");
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test("two recordings of one name in one second do not overwrite each other", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const server = await ServerProcess.start({
    args: ["--record", directory],
    permissions: recordPermissions(directory),
  });
  for (let i = 0; i < 5; i++) {
    using client = await RawClient.publish(server.port, "demo");
    client.sendTags([videoTag(i)]);
    client.command("FCUnpublish", 4, null, "demo");
    await until("the end", () => server.lines.filter((line) => /has ended/.test(line)).length > i);
  }
  await server.stop();
  const files = await Array.fromAsync(Deno.readDir(`${directory}/live`));
  const tags = await Promise.all(
    files.map(async ({ name }) =>
      mediaOf(tagsOf(await Deno.readFile(`${directory}/live/${name}`)))
    ),
  );
  assertEquals(
    tags.flat().sort((a, b) => a.timestamp - b.timestamp),
    Array.from(Array(5), (_, i) => videoTag(i)),
  );
  assertEquals(files.length, 5);
  await Deno.remove(directory, { recursive: true });
});
