/**
 * The page goes on playing, without a click, whatever happens to the server, the network and the tab.
 *
 * @module
 */

/// <reference lib="dom" />

import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { Encoder, liveClip } from "../support/encoder.ts";
import { ServerProcess } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";
import { pictureMoves, WATCH } from "./watching.ts";

/** What the browser itself says when a server is away. */
const HARMLESS = /net::ERR_|WebSocket connection to|Failed to load resource/;

await toolTest([CHROMIUM, "ffmpeg"], "the page goes on by itself", async (test) => {
  const clip = await liveClip("320x180");
  let server = await ServerProcess.start();
  const { port } = server;
  const ports = ["--port", String(port), "--http-port", server.http.split(":").at(-1)!];
  let encoder = await Encoder.start(port, "second", { clip });
  await withBrowser(async (browser) => {
    const { page, complaints } = await openPage(browser, `${server.http}/#live%2Fsecond`);
    await page.evaluate(WATCH);
    await pictureMoves(page, "at the beginning");

    await test.step("when the server was killed and started again", async () => {
      server.kill("SIGKILL");
      await server.ended();
      encoder[Symbol.dispose]();
      await page.locator("#player").getByText("No connection to the server.").waitFor();
      server = await ServerProcess.start({ args: ports });
      using _other = await Encoder.start(port, "first", { clip });
      encoder = await Encoder.start(port, "second", { clip });
      await pictureMoves(page, "the server is back");
      assertEquals(await page.locator("#detail-name").textContent(), "live/second");
    });

    await test.step("when nothing arrived for a while", async () => {
      server.kill("SIGSTOP");
      await page.getByText("The server does not answer").waitFor();
      server.kill("SIGCONT");
      await page.locator("#unreachable").waitFor({ state: "hidden" });
      await pictureMoves(page, "the server goes on");
    });

    await test.step("when the tab is seen again", async () => {
      await hide(page, true);
      encoder.cut();
      await page.waitForTimeout(6_000);
      encoder = await Encoder.start(port, "second", { clip });
      assertEquals(await page.evaluate(() => document.hidden), true);
      await hide(page, false);
      await pictureMoves(page, "the tab is seen");
      await until("the live edge", () =>
        page.evaluate(() => {
          const { buffered, currentTime } = document.querySelector("video")!;
          return buffered.length > 0 && buffered.end(buffered.length - 1) - currentTime < 3;
        }));
    });

    await test.step("when a video in a hidden page is paused", async () => {
      await hide(page, true);
      await page.evaluate(() => document.querySelector("video")!.pause());
      await hide(page, false);
      await pictureMoves(page, "the tab is seen");
    });

    await test.step("but not when the viewer has paused it", async () => {
      await page.evaluate(() => document.querySelector("video")!.pause());
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await pictureMoves(page, "the viewer plays it again");
    });
    assertEquals(complaints.filter((text) => !HARMLESS.test(text)), []);
  });
  encoder[Symbol.dispose]();
  await server.stop();
});

/** Has a page believe that it is hidden, or that it is seen again. */
async function hide(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}
