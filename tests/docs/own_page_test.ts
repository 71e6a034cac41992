import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { assertEquals } from "@std/assert";
import mpegts from "mpegts.js/dist/mpegts.js" with { type: "text" };
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { clip, publishClip } from "../support/ffmpeg.ts";
import { startTestApp } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { codeBlocks, readDocument } from "./documents.ts";

/** mpegts.js goes to where the first frame is shown, which B-frames put off. */
const HARMLESS = /^\[StartupStallJumper\]/;

await toolTest([CHROMIUM, "ffmpeg"], "playing: the page of one's own plays", async () => {
  const blocks = codeBlocks(await readDocument("docs/playing.md"));
  const { code } = blocks.find(({ info }) => info === "html")!;
  const app = await startTestApp();
  const html = code.replace("127.0.0.1:8080", `127.0.0.1:${app.http!.port}`);
  // Another server than that of the stream, and so another origin.
  const site = createServer(({ url }, response) => {
    const isScript = url === "/mpegts.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? mpegts : html);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo;
  const rtmp = `rtmp://127.0.0.1:${app.rtmp.addr.port}/live/demo`;
  const publishing = publishClip(await clip("b-frames"), rtmp, "-re -stream_loop 4");
  await withBrowser(async (browser) => {
    const { page, complaints } = await openPage(browser, `http://127.0.0.1:${port}/`);
    await page.waitForFunction("document.getElementById('video').currentTime > 1");
    assertEquals(complaints.filter((text) => !HARMLESS.test(text)), []);
  });
  await publishing;
  await app.shutdown();
  site.close();
});
