/**
 * The package as a stranger meets it: published by `deno publish`, imported from a registry.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mediaKind, publishRtmp } from "../../mod.ts";
import { clip, publishClip } from "../support/ffmpeg.ts";
import { fixtureTags, tagsOf } from "../support/media.ts";
import { ServerProcess } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { Stranger } from "./stranger.ts";

Deno.test("the package has the sources, what they import, and the documents", async () => {
  await using stranger = await Stranger.arrive();
  const paths = [...stranger.package.files.keys()];
  const others = paths.filter((path) => !/^(src|docs)\//.test(path)).sort();
  assertEquals(others, [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "deno.json",
    "mod.ts",
  ]);
});

Deno.test("the changelog tells about the version that is published", async () => {
  await using stranger = await Stranger.arrive();
  const { version, files } = stranger.package;
  const changelog = new TextDecoder().decode(files.get("CHANGELOG.md"));
  assertStringIncludes(changelog, `\n## ${version} (`);
});

Deno.test("nothing is imported by a declaration that JSR refuses", async () => {
  await using stranger = await Stranger.arrive();
  const refused: string[] = [];
  for (const [path, bytes] of stranger.package.files) {
    if (!path.endsWith(".ts")) continue;
    // JSR knows no attribute but `type: "json"`, while `deno publish --dry-run` knows all of Deno's.
    const declarations = new TextDecoder().decode(bytes)
      .matchAll(/^(?:import|export)\b[^;]*?\bwith \{ type: "(?!json")\w+" \};/gm);
    for (const [declaration] of declarations) refused.push(`${path}: ${declaration}`);
  }
  assertEquals(refused, []);
});

Deno.test("no link in a published document leads to what is not published", async () => {
  await using stranger = await Stranger.arrive();
  const { files } = stranger.package;
  const broken: string[] = [];
  for (const [path, bytes] of files) {
    if (!path.endsWith(".md")) continue;
    for (const link of relativeLinks(new TextDecoder().decode(bytes))) {
      const { pathname } = new URL(link, `file:///${path}`);
      if (!files.has(pathname.slice(1))) broken.push(`${path}: ${link}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("a stranger's program takes in a publication with --allow-net alone", async () => {
  await using stranger = await Stranger.arrive();
  await stranger.write(
    "main.ts",
    `import { mediaKind, serveRtmp } from "jsr:@sluice/rtmp";

const server = serveRtmp({ hostname: "127.0.0.1", port: 0 }, async (publication) => {
  let frames = 0;
  for await (const { type, data } of publication.tags) {
    if (mediaKind(type, data) === "videoFrames") frames++;
  }
  console.log(publication.path, frames);
  void server.shutdown();
});
console.log(server.addr.port);
`,
  );
  await using program = stranger.start("main.ts", "--allow-net");
  const said = lines(program.stdout);
  const { value: port } = await said.next();
  const { writable } = await publishRtmp(`rtmp://127.0.0.1:${port}/live/demo`);
  await ReadableStream.from(await fixtureTags()).pipeTo(writable);
  assertEquals(await Array.fromAsync(said), ["live/demo 60"]);
  assert((await program.status).success);
});

Deno.test("a stranger's program reads a file with the core and no permission", async () => {
  await using stranger = await Stranger.arrive();
  await stranger.write(
    "main.ts",
    `import { FlvDemuxerStream, FlvMuxerStream, type FlvTag } from "jsr:@sluice/rtmp/core";

const tag: FlvTag = { type: "audio", timestamp: 23, data: Uint8Array.of(0xaf, 1, 0x21) };
const file = ReadableStream.from([tag]).pipeThrough(new FlvMuxerStream());
for await (const { type, timestamp, data } of file.pipeThrough(new FlvDemuxerStream())) {
  console.log(type, timestamp, data.length);
}
`,
  );
  await using program = stranger.start("main.ts");
  assertEquals(await Array.fromAsync(lines(program.stdout)), ["audio 23 3"]);
});

await toolTest(["ffmpeg"], "the server runs from a registry with --allow-net alone", async () => {
  await using stranger = await Stranger.arrive();
  await using server = await ServerProcess.start({
    program: "jsr:@sluice/rtmp/server",
    cwd: stranger.directory,
    env: stranger.env,
  });
  const watching = fetch(`${server.http}/live/demo.flv`).then((response) => response.bytes());
  await publishClip(await clip("plain"), `${server.rtmp}/live/demo`);
  const frames = tagsOf(await watching).filter(({ type, data }) =>
    mediaKind(type, data) === "videoFrames"
  );
  assertEquals(frames.length, 60);
  assertEquals((await server.stop()).code, 0);
});

Deno.test("the page comes from a registry with everything that it loads", async () => {
  await using stranger = await Stranger.arrive();
  await using server = await ServerProcess.start({
    program: "jsr:@sluice/rtmp/server",
    cwd: stranger.directory,
    env: stranger.env,
  });
  const found = new Set(["/"]);
  const failed: string[] = [];
  for (const path of found) {
    const response = await fetch(new URL(path, server.http));
    const text = await response.text();
    if (!response.ok || text.length === 0) failed.push(path);
    // The player is one file; what looks like an import in it is none.
    if (path.endsWith("/mpegts.js")) continue;
    for (const link of links(text)) found.add(new URL(link, `${server.http}${path}`).pathname);
  }
  assertEquals(failed, []);
  assert([...found].some((path) => path.endsWith("/mpegts.js")), [...found].join("\n"));
});

/** What a page or a module of it loads. */
function links(text: string): string[] {
  const pattern = /<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"#]+)"|\bfrom "(\.[^"]+)"/g;
  return Array.from(text.matchAll(pattern), ([, link, specifier]) => (link ?? specifier)!);
}

/** `[text](docs/library.md#section)`, without its section. */
function relativeLinks(markdown: string): string[] {
  return Array.from(markdown.matchAll(/\]\(([^)#\s]+)/g), ([, link]) => link!)
    .filter((link) => !URL.canParse(link));
}

async function* lines(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + text).split("\n");
    rest = whole.pop()!;
    yield* whole;
  }
}
