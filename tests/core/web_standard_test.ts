/**
 * The core is web standards alone: its sources name nothing of Deno or Node, its bundle has nothing
 * else in it, and it does its work in Node and Bun as it does here.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { fixtureTags, tagsOf } from "../support/media.ts";
import { toolTest } from "../support/tools.ts";

const ROOT = new URL("../../", import.meta.url);

/** The rooms that know where they run; everything else runs anywhere. */
const ROOMS_OF_DENO = ["client", "net", "serve", "server"];

/** Makes one file of a module and all that it imports. */
const BUNDLE = ["bundle", "--quiet", "--platform", "browser"];

/** Bun from npm, which keeps its program here. */
const ARCH = Deno.build.arch === "aarch64" ? "aarch64" : "x64";
const BUN = `${
  Deno.env.get("TMPDIR") ?? "/tmp"
}/sluice-bun/node_modules/@oven/bun-linux-${ARCH}/bin/bun`;

/**
 * Publishes a file to a server in memory and plays it from there, and counts the frames of what was
 * played with the stages of the core.
 */
const PROGRAM = `
import { readFile, writeFile } from "node:fs/promises";
import { converse } from "./conversation.mjs";
import { FlvDemuxerStream, mediaKind } from "./core.mjs";

const [clip, output] = process.argv.slice(2);
const { scheme, balance, played } = await converse(new Uint8Array(await readFile(clip)));
await writeFile(output, played);

const frames = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };
const tags = new Blob([played]).stream().pipeThrough(new FlvDemuxerStream());
for await (const { type, data } of tags) frames[mediaKind(type, data)]++;
console.log(JSON.stringify({ scheme, balance, frames }));
`;

Deno.test("no source of the core names Deno or a module of Node", async () => {
  const found: string[] = [];
  await search(new URL("src/", ROOT), found);
  assertEquals(found, []);
});

Deno.test("a bundle of the core has nothing but the core in it", async () => {
  const code = await run(Deno.execPath(), [...BUNDLE, "src/core.ts"]);
  // "// src/amf/cursor.ts": the bundler says where each part comes from.
  const parts = Array.from(code.matchAll(/^\/\/ (\S+\/\S+)$/gm), ([, path]) => path!);
  assert(parts.includes("src/channel/channel.ts"), parts.join("\n"));
  const strangers = parts.filter((path) =>
    path.startsWith("src/")
      ? ROOMS_OF_DENO.some((room) => path.startsWith(`src/${room}/`))
      : !path.includes("std/bytes/")
  );
  assertEquals(strangers, []);
  assertEquals(code.match(/\bDeno\b|\bprocess\b|["']node:|\bimport\b/g), null);
});

for (const [runtime, program] of [["Node", "node"], ["Bun", BUN]] as const) {
  await toolTest(
    [program],
    `a publisher, a server and a player converse in ${runtime}`,
    async () => {
      const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
      try {
        const entries = {
          "core.mjs": "src/core.ts",
          "conversation.mjs": "tests/core/conversation.ts",
        };
        for (const [bundle, entry] of Object.entries(entries)) {
          await run(Deno.execPath(), [...BUNDLE, "-o", `${directory}/${bundle}`, entry]);
        }
        await Deno.writeTextFile(`${directory}/main.mjs`, PROGRAM);
        const clip = await Deno.realPath(new URL("tests/fixtures/clip60.flv", ROOT));
        const played = `${directory}/played.flv`;
        const said = await run(program, [`${directory}/main.mjs`, clip, played]);
        assertEquals(JSON.parse(said), {
          scheme: "digest scheme 1",
          balance: 0,
          frames: { videoFrames: 60, audioFrames: 88, scriptTags: 1, otherTags: 3 },
        });
        assertEquals(tagsOf(await Deno.readFile(played)), await fixtureTags());
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  );
}

async function search(directory: URL, found: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) {
      if (ROOMS_OF_DENO.includes(name)) continue;
      await search(new URL(`${name}/`, directory), found);
      continue;
    }
    const lines = (await Deno.readTextFile(new URL(name, directory))).split("\n");
    lines.forEach((line, i) => {
      const isComment = /^\s*(\*|\/\/)/.test(line);
      if (!isComment && /\bDeno\.|["']node:/.test(line)) found.push(`${name}:${i + 1}: ${line}`);
    });
  }
}

async function run(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: ROOT }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}
