/**
 * The core is web standards alone: its sources name nothing of Deno or Node, and it does its work in
 * Node as it does here.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { toolTest } from "../support/tools.ts";

const ROOT = new URL("../../", import.meta.url);

/** The rooms that run anywhere. */
const ROOMS = [
  "bytes",
  "stream",
  "ledger",
  "amf",
  "handshake",
  "chunk",
  "message",
  "flv",
  "session",
  "channel",
];

/** Counts the frames of an FLV file through the stages, cut into small pieces. */
const PROGRAM = `
import { readFileSync } from "node:fs";
const { FlvDemuxerStream, FlvMuxerStream, mediaKind } = await import(process.argv[2]);
const bytes = new Uint8Array(readFileSync(process.argv[3]));
const pieces = new ReadableStream({
  start(controller) {
    for (let at = 0; at < bytes.length; at += 997) {
      controller.enqueue(bytes.slice(at, at + 997));
    }
    controller.close();
  },
});
const counts = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };
const tags = pieces
  .pipeThrough(new FlvDemuxerStream())
  .pipeThrough(new FlvMuxerStream())
  .pipeThrough(new FlvDemuxerStream());
for await (const { type, data } of tags) counts[mediaKind(type, data)]++;
console.log(JSON.stringify(counts));
`;

Deno.test("no source of the core names Deno or a module of Node", async () => {
  const found: string[] = [];
  for (const room of ROOMS) await search(new URL(`src/${room}/`, ROOT), found);
  assertEquals(found, []);
});

await toolTest(["node"], "the core counts the frames of a file in Node", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const bundle = `${directory}/core.mjs`;
    await run(Deno.execPath(), [
      "bundle",
      "-q",
      "--platform",
      "browser",
      "-o",
      bundle,
      "src/core.ts",
    ]);
    await Deno.writeTextFile(`${directory}/count.mjs`, PROGRAM);
    const clip = new URL("tests/fixtures/clip60.flv", ROOT).pathname;
    const output = await run("node", [`${directory}/count.mjs`, bundle, clip]);
    const { videoFrames } = JSON.parse(output);
    assertEquals(videoFrames, 60);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

async function search(directory: URL, found: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) {
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
