import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import mpegts from "mpegts.js/dist/mpegts.js" with { type: "text" };
import { copyEnhanced, enhancedClip, RECENT_FFMPEG } from "../interop/enhanced_clips.ts";
import { pictureMoves, WATCH } from "../page/watching.ts";
import type { App } from "../../src/server/app.ts";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { Encoder, liveClip } from "../support/encoder.ts";
import { clip, publishClip } from "../support/ffmpeg.ts";
import { startTestApp } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";
import { codeBlocks, readDocument } from "./documents.ts";

/** mpegts.js goes to where the first frame is shown, which B-frames put off. */
const HARMLESS = /^\[StartupStallJumper\]/;

await toolTest([CHROMIUM, "ffmpeg"], "playing: the page of one's own plays", async () => {
  const file = await clip("b-frames");
  await playOwnPage((url) => {
    const publishing = publishClip(file, url, "-re -stream_loop 4");
    return { end: () => publishing };
  });
});

await toolTest(
  [CHROMIUM, ...RECENT_FFMPEG],
  "playing: the page of one's own plays HDR and speaker positions by Enhanced RTMP",
  async () => {
    const file = await enhancedClip("hdr-av1-opus");
    await playOwnPage((url) => copyEnhanced(file, url));
  },
);

await toolTest(
  [CHROMIUM, "ffmpeg"],
  "playing: the page of one's own goes on by itself",
  async () => {
    const small = await liveClip("320x180");
    const large = await liveClip("640x360");
    await withOwnPage(async (page, app) => {
      const attempts: number[] = [];
      page.on("websocket", () => attempts.push(performance.now()));
      let encoder = await Encoder.start(app.rtmp.addr.port, "demo", { clip: small });
      await page.evaluate(WATCH);
      await pictureMoves(page, "at the beginning");
      encoder.cut();
      encoder = await Encoder.start(app.rtmp.addr.port, "demo", { clip: large, audio: false });
      await pictureMoves(page, "a larger picture, and no sound");
      encoder[Symbol.dispose]();
      await app.shutdown();

      const before = attempts.length;
      await until("three tries in vain", () => attempts.length >= before + 3);
      const [first, second, third] = attempts.slice(before) as [number, number, number];
      assert(third - second > 1.5 * (second - first), `${second - first}, ${third - second}`);
    });
  },
);

/** The page of the document plays what is published, and its browser complains of nothing. */
async function playOwnPage(
  publish: (url: string) => { end(): Promise<unknown> },
): Promise<void> {
  await withOwnPage(async (page, app, complaints) => {
    const publishing = publish(`rtmp://127.0.0.1:${app.rtmp.addr.port}/live/demo`);
    await page.waitForFunction("document.getElementById('video').currentTime > 1");
    assertEquals(complaints.filter((text) => !HARMLESS.test(text)), []);
    await publishing.end();
    await app.shutdown();
  });
}

/** Opens the page of the document, which comes from another server than its stream. */
async function withOwnPage(
  use: (page: Page, app: App, complaints: string[]) => Promise<void>,
): Promise<void> {
  const blocks = codeBlocks(await readDocument("docs/playing.md"));
  const { code } = blocks.find(({ info }) => info === "html")!;
  const app = await startTestApp();
  const html = code.replace("127.0.0.1:8080", `127.0.0.1:${app.http!.port}`);
  const site = createServer(({ url }, response) => {
    const isScript = url === "/mpegts.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? mpegts : html);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo;
  await withBrowser(async (browser) => {
    const { page, complaints } = await openPage(browser, `http://127.0.0.1:${port}/`);
    await use(page, app, complaints);
  });
  site.close();
}
