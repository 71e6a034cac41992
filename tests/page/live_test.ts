/**
 * The page while FFmpeg publishes: what it shows, and how many frames the browser has decoded.
 *
 * @module
 */

/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { makeClip, publishClip } from "../support/ffmpeg.ts";
import { startHttpApp } from "../support/http.ts";
import { fixtureTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

/** One group of pictures, so that a page that looks a second later still gets all of it. */
const FRAMES = 150;
const RECIPE = "-f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440 -t 6 " +
  "-c:v libx264 -pix_fmt yuv420p -g 999 -sc_threshold 0 -b:v 300k -c:a aac";

/** Keeps how many frames a video has decoded: the page makes nothing of the number. */
const COUNT_FRAMES = `setInterval(() => {
  const video = document.querySelector("video");
  const { totalVideoFrames } = video.getVideoPlaybackQuality();
  globalThis.decoded = Math.max(globalThis.decoded ?? 0, totalVideoFrames);
  globalThis.played = Math.max(globalThis.played ?? 0, video.currentTime);
}, 20)`;

await toolTest([CHROMIUM, "ffmpeg"], "the page plays every frame of a stream", async (test) => {
  const clip = await makeClip(`page-${FRAMES}.flv`, RECIPE);
  await withBrowser(async (browser) => {
    const app = await startHttpApp();
    const { page, complaints } = await openPage(browser, app.url);
    const number = (name: string) =>
      page.evaluate((name) => Number(Reflect.get(window, name)), name);

    await test.step("it tells where to publish while nothing is live", async () => {
      await page.getByRole("heading", { name: "Nothing is live" }).waitFor();
      const url = `rtmp://127.0.0.1:${app.port}/live`;
      assertEquals(await page.locator("#publish-url code").textContent(), `${url}/demo`);
      assertEquals(await page.locator("#obs code").allTextContents(), [url, "demo"]);
      for (const command of await page.locator("#ffmpeg code").allTextContents()) {
        assert(command.endsWith(`-f flv "${url}/demo"`), command);
      }
    });

    await page.evaluate(COUNT_FRAMES);
    const publishing = publishClip(clip, `rtmp://127.0.0.1:${app.port}/live/demo`, "-re");

    await test.step("a stream appears without reload, and plays", async () => {
      const card = page.getByRole("listitem").filter({ hasText: "live/demo" });
      await card.getByText("H.264 High · 320 × 180 · 25 fps").waitFor();
      await card.getByText("AAC · 44.1 kHz · mono").waitFor();
      await card.getByText("1 viewer").waitFor();
      await card.getByText(/^2\d\.\d fps$/).waitFor();
      const before = await number("played");
      await until("the picture to move", async () => await number("played") > before + 1);
      await page.getByText(/^buffer \d\.\d s$/).waitFor();
      assertEquals(await page.title(), "1 live · Sluice");
    });

    await test.step("sound is off until it is turned on", async () => {
      const isMuted = () => page.evaluate(() => document.querySelector("video")!.muted);
      assertEquals(await isMuted(), true);
      await page.getByRole("button", { name: "Turn sound on" }).click();
      assertEquals(await isMuted(), false);
    });

    await test.step("the pipeline shows what goes where", async () => {
      await page.locator("#stages").getByText("Chunks").waitFor();
      await page.locator("#consumers").getByText("WS-FLV viewer").waitFor();
      await page.getByText("Ledger balanced").waitFor();
    });

    await test.step("the browser has decoded every frame that was sent", async () => {
      await publishing;
      await until("the last frame", async () => await number("decoded") >= FRAMES);
      // A browser that had to wait for data may decode a few frames again.
      const decoded = await number("decoded");
      assert(decoded < 1.1 * FRAMES, `${decoded} frames decoded of ${FRAMES} that were sent`);
    });

    await test.step("a stream that has ended vanishes without reload", async () => {
      await page.getByRole("heading", { name: "Nothing is live" }).waitFor();
      await page.getByText("Has ended", { exact: true }).waitFor();
      assertEquals(await page.locator("#streams > li").count(), 0);
      assertEquals(await page.title(), "Sluice");
    });

    assertEquals(complaints, []);

    await test.step("the page says that the server is unreachable", async () => {
      await app[Symbol.asyncDispose]();
      await page.getByText("The server does not answer").waitFor();
    });
  });
});

await toolTest([CHROMIUM], "the page plays over HTTP where no WebSocket gets through", async () => {
  await withBrowser(async (browser) => {
    await using app = await startHttpApp();
    using client = await RawClient.publish(app.port, "demo");
    client.sendTags(await fixtureTags());
    const { page } = await openPage(browser, "about:blank");
    await page.addInitScript(`globalThis.WebSocket = class extends WebSocket {
      constructor(url) { super(url.replace("/live/", "/nowhere/")); }
    }`);
    await page.goto(app.url);
    await app.consumer("http-flv");
    await page.getByText(/^buffer \d\.\d s$/).waitFor();
  });
});
