/**
 * The core in a browser: its stages are those of the web, so they run where the web does.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { toolTest } from "../support/tools.ts";

const ROOT = new URL("../../", import.meta.url);

/** Counts the frames of a file as it arrives. */
const PROGRAM = `
import { FlvDemuxerStream, mediaKind } from "./core.js";
const { body } = await fetch("clip.flv");
const counts = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };
await body.pipeThrough(new FlvDemuxerStream()).pipeTo(new WritableStream({
  write: ({ type, data }) => void counts[mediaKind(type, data)]++,
}));
globalThis.counts = counts;
`;

await toolTest([CHROMIUM], "the core counts the frames of a file in Chromium", async () => {
  const files: Record<string, [type: string, body: BodyInit]> = {
    "/": [
      "text/html",
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="count.js"></script>',
    ],
    "/count.js": ["text/javascript", PROGRAM],
    "/core.js": ["text/javascript", await bundleCore()],
    "/clip.flv": ["video/x-flv", await Deno.readFile(new URL("tests/fixtures/clip60.flv", ROOT))],
  };
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const [type, body] = files[new URL(url).pathname] ?? ["text/plain", "There is nothing here"];
    return new Response(body, { headers: { "content-type": type } });
  });
  await withBrowser(async (browser) => {
    const { page, complaints } = await openPage(browser, `http://127.0.0.1:${server.addr.port}/`);
    const counts = await page.waitForFunction("globalThis.counts");
    assertEquals(await counts.jsonValue(), {
      videoFrames: 60,
      audioFrames: 88,
      scriptTags: 1,
      otherTags: 3,
    });
    assertEquals(complaints, []);
  });
});

/** The core as one file, without anything that a browser has not. */
async function bundleCore(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "-q", "--platform", "browser", "src/core.ts"],
    cwd: ROOT,
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}
