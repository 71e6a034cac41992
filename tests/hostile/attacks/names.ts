/**
 * Publishers whose names are made for the disk, the log, the page and the metrics.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { writeCommand } from "../../../src/message/command.ts";
import { repeat } from "../../support/long.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack, Target } from "../attack.ts";
import { answered, floodAnew } from "../flood.ts";
import { recorded } from "../recorded.ts";

/** Names that are published on one connection: those that end take a moment to be settled. */
const NAMES_AT_ONCE = 16;

/** Publishes a frame under each name, and closes it. */
async function publishBriefly({ port }: Target, names: string[]): Promise<void> {
  for (let i = 0; i < names.length; i += NAMES_AT_ONCE) {
    using client = await RawClient.open(port);
    client.command("createStream", 2, null);
    const some = names.slice(i, i + NAMES_AT_ONCE);
    for (const name of some) {
      client.send(
        writeCommand(1, "publish", 3, null, name, "live"),
        mediaMessage(videoTag(0, 500)),
        writeCommand(1, "closeStream", 0, null),
      );
    }
    await answered(client);
    const begun = client.statuses.filter(({ code }) => code === "NetStream.Publish.Start");
    assertEquals(begun.length, some.length);
  }
}

/** Files and directories below one, and the bytes in the files. */
async function contents(
  path: string,
  is = /^/,
): Promise<{ files: number; directories: number; bytes: number }> {
  const sum = { files: 0, directories: 0, bytes: 0 };
  for await (const entry of Deno.readDir(path)) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory) {
      sum.directories++;
      const below = await contents(inside, is);
      sum.files += below.files;
      sum.directories += below.directories;
      sum.bytes += below.bytes;
    } else if (is.test(entry.name)) {
      sum.files++;
      sum.bytes += (await Deno.stat(inside)).size;
    }
  }
  return sum;
}

/** Names that are refused, since they lead out of where they belong. */
const LEADING_OUT = ["../../etc/passwd", "..%2f..%2fx", "a/./b/../c"];

const ODD_NAMES = [
  "\u0000",
  "x\r\nERR forged line",
  "\u001b[2J\u001b]0;title\u0007",
  "\u202egnp.exe",
  "<script>alert(1)</script>",
  '" onload="alert(1)',
  "%ff%fe",
  "CON",
  "-rf",
  ".",
  "~",
  "x".repeat(250),
  "é".repeat(120),
  "\ud800",
  " ",
  'x{y="1"} 5\nfake_metric 1',
];

export const attacks: Attack[] = [
  {
    name: "an app has two thousand parts, and each would be a directory",
    records: true,
    async run({ port, peers }) {
      for (const count of [1_000, 2_000]) {
        const client = peers.use(await RawClient.open(port, Array(count).fill("a").join("/")));
        client.askToPublish("deep");
        await client.status("NetStream.Publish.Start");
        client.sendTags([videoTag(0), videoTag(1)]);
        await answered(client);
      }
    },
    async check({ directory }) {
      // That of the honest publisher, those that the two apps share, and the last of each.
      const expected = 1 + 7 + 2;
      await until("the directories", async () => {
        return (await contents(directory)).directories >= expected;
      });
      assertEquals((await contents(directory)).directories, expected);
    },
  },
  {
    name: "a publisher records one frame under thousands of names",
    records: true,
    async run(target) {
      const names = Array.from({ length: repeat(500, 2_600) }, (_, i) => `one${i}`);
      await publishBriefly(target, names);
      await recorded(target, "one", names.length);
    },
    async check({ directory }) {
      const { files, bytes } = await contents(directory, /^one/);
      assertEquals(files, repeat(500, 2_600));
      assert(bytes / files < 1_000, `${bytes} bytes in ${files} files`);
    },
  },
  {
    name: "publishers have names that mean something to a disk, a terminal or a page",
    records: true,
    async run(target) {
      for (const name of ODD_NAMES) await publishBriefly(target, [name]);
      for (const name of LEADING_OUT) {
        await floodAnew(async () => {
          const client = await RawClient.open(target.port);
          client.askToPublish(name);
          await client.status("NetStream.Publish.Denied");
          return client;
        }, repeat(5, 50));
      }
      for (const path of ["api/v1/streams", "metrics"]) {
        const answer = await fetch(`${target.http}/${path}`);
        assertEquals(answer.status, 200);
        const text = await answer.text();
        assert(!/^fake_metric/m.test(text), text);
      }
    },
    async check({ directory }) {
      const paths: string[] = [];
      for (const path of ["", "/live"]) {
        for await (const { name } of Deno.readDir(`${directory}${path}`)) paths.push(name);
      }
      const isSafe = /^[\w%.][\w%.~ -]*$/;
      assertEquals(paths.filter((name) => !isSafe.test(name)), []);
      assert(paths.length > ODD_NAMES.length / 2);
    },
  },
  {
    name: "ten thousand streams come and go",
    mebibytes: 160,
    async run(target) {
      const names = Array.from({ length: repeat(1_000, 10_000) }, (_, i) => `name${i}`);
      await publishBriefly(target, names);
    },
  },
  {
    name: "thousands of streams are live at a time, and everybody asks for the list",
    mebibytes: 64 + repeat(1_600, 15_000) * 20 / 1024 + 128,
    async run({ port, http, peers }) {
      const connections = repeat(1_600, 15_000) / 32;
      await Promise.all(Array.from({ length: connections }, async (_, number) => {
        const client = peers.use(await RawClient.open(port, "live", `127.0.0.${2 + number % 5}`));
        for (let id = 1; id <= 32; id++) {
          client.command("createStream", id + 1, null);
          client.send(
            writeCommand(id, "publish", 3, null, `many${number}-${id}`, "live"),
            mediaMessage(videoTag(0), id),
          );
        }
        await answered(client);
        const begun = client.statuses.filter(({ code }) => code === "NetStream.Publish.Start");
        assertEquals(begun.length, 32);
      }));
      for (let i = 0; i < 3; i++) {
        for (const path of ["api/v1/streams", "api/v1/connections", "metrics", "api/v1/server"]) {
          const answer = await fetch(`${http}/${path}`);
          assertEquals(answer.status, 200);
          await answer.text();
        }
      }
    },
  },
];
