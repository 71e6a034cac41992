/**
 * A terminal that is closed under the server: it ends as by Ctrl-C, though what it says is not read.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { parseScriptTag } from "../../../src/flv/script_tag.ts";
import { recordingDirectory } from "../../support/api.ts";
import { isListening } from "../../support/free_port.ts";
import { mediaOf, tagsOf, videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { recordPermissions } from "../../support/server.ts";
import { TERMINAL, Terminal } from "../../support/terminal.ts";
import { toolTest } from "../../support/tools.ts";
import { until, within } from "../../support/wait.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

const LOOPBACK = ["--host", "127.0.0.1", "--port", "0", "--http-port", "0"];

/** Publishes until the server has all of it, closes the terminal, and waits for the goodbye. */
async function closeUnder(terminal: Terminal): Promise<void> {
  const [, port] = await terminal.see(/Publish to rtmp:\/\/[^/]+:(\d+)/);
  const [, base] = await terminal.see(/Watch (http:\/\/[^/\s]+)/);
  using client = await RawClient.publish(Number(port), "demo");
  client.sendTags(videoTags(20));
  await until("all frames", async () => {
    const response = await fetch(`${base}/api/v1/streams/live/demo`);
    return (await response.json()).ledger?.tags.videoFrames === 20;
  });
  terminal.close();
  assertEquals((await client.status("NetConnection.Connect.AppShutdown")).level, "error");
  await client.closed();
  client[Symbol.dispose]();
  await until("the end of the server", async () => !await isListening(Number(port)));
}

await toolTest(
  [TERMINAL],
  "a terminal that is closed ends the server, its recordings whole",
  async () => {
    await using directory = await recordingDirectory();
    const permissions = ["--allow-net", ...recordPermissions(directory.path)];
    const args = ["run", ...permissions, "src/server/main.ts", "--record", directory.path];
    await using terminal = Terminal.start(Deno.execPath(), [...args, ...LOOPBACK], { cwd: ROOT });
    await closeUnder(terminal);
    const [recording] = await Array.fromAsync(Deno.readDir(`${directory.path}/live`));
    const path = `${directory.path}/live/${recording!.name}`;
    const tags = await until("the index", async () => {
      const tags = tagsOf(await Deno.readFile(path));
      const [metadata] = parseScriptTag(tags[0]!.data).values as [{ duration?: number }];
      return (metadata.duration ?? 0) > 0 && tags;
    });
    assert(tags.length > 1);
    assertEquals(mediaOf(tags), mediaOf(videoTags(20)));
  },
);

await toolTest(
  [TERMINAL],
  "`deno task start` completes its recording when its terminal is closed",
  async () => {
    const args = ["task", "start", ...LOOPBACK];
    await using terminal = Terminal.start(Deno.execPath(), args, { cwd: ROOT });
    await closeUnder(terminal);
  },
);

Deno.test("a reader of the log that ends, as `head` does, leaves the server as it is", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", "src/server/main.ts", ...LOOPBACK],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (/Watch \S+/.test(text)) break;
  }
  const [, port] = /Publish to rtmp:\/\/[^/]+:(\d+)/.exec(text)!;
  for (let i = 0; i < 3; i++) {
    using client = await RawClient.publish(Number(port), "demo");
    client.sendTags(videoTags(1));
    client.command("FCUnpublish", 4, null, "demo");
    await client.status("NetStream.Unpublish.Success");
  }
  child.kill("SIGTERM");
  assertEquals((await within("the server to end", child.status)).code, 0);
});
