/**
 * The page in Firefox.
 *
 * @module
 */

/// <reference lib="dom" />

import { assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import { Encoder, liveClip } from "../support/encoder.ts";
import { Autoplay, FIREFOX, withFirefox } from "../support/firefox.ts";
import type { Stream } from "../../src/server/page/types.ts";
import { type HttpApp, startHttpApp } from "../support/http.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";
import { pictureMoves, playing, WATCH } from "./watching.ts";

const MESSAGE = '#player [data-part="message"]';

await toolTest([FIREFOX, "ffmpeg"], "the page keeps playing in Firefox", async (test) => {
  const small = await liveClip("320x180");
  const large = await liveClip("640x360");
  await using app = await startHttpApp();
  let encoder = await Encoder.start(app.port, "demo", { clip: small });

  await withFirefox(Autoplay.blockSound, async ({ page, complaints }) => {
    await test.step("from the beginning", async () => {
      await page.goto(app.url);
      await page.evaluate(WATCH);
      await pictureMoves(page, "at the beginning");
    });
    await test.step("when the encoder comes back with another size", async () => {
      encoder.cut();
      encoder = await Encoder.start(app.port, "demo", { clip: large, audio: false });
      await isWide(page, 640);
      await pictureMoves(page, "a larger picture, and no sound");
    });
    await test.step("when sound begins late", async () => {
      encoder.audio = true;
      await until("sound", () => hasSound(page));
      await pictureMoves(page, "sound");
    });
    await test.step("when the size changes", async () => {
      encoder.use(small);
      await isWide(page, 320);
      await pictureMoves(page, "a smaller picture");
    });
    assertEquals(complaints, []);
  });

  await withFirefox(Autoplay.blockAll, async ({ page, complaints }) => {
    await test.step("after a click where the browser lets nothing play without one", async () => {
      const before = await departures(app);
      await page.goto(app.url);
      // To the browser what a test evaluates is a click: it must not look before it was refused.
      await until("the page to give up", async () => await departures(app) > before);
      await page.evaluate(WATCH);
      assertEquals(await page.$eval(MESSAGE, (message) => message.textContent), "Press Play.");
      assertEquals(
        await page.$eval("#player", (player) => player.getAttribute("data-state")),
        "stopped",
      );
      await page.click('[data-part="toggle"]');
      await pictureMoves(page, "the click");
    });
    await test.step("and then without one when the encoder comes back", async () => {
      encoder.cut();
      encoder = await Encoder.start(app.port, "demo", { clip: large });
      await isWide(page, 640);
      await pictureMoves(page, "a larger picture");
    });
    assertEquals(complaints, []);
  });
  encoder[Symbol.dispose]();
});

async function isWide(page: Page, width: number): Promise<void> {
  await until(`a picture of the width ${width}`, async () => (await playing(page)).width === width);
}

/** How many viewers have left `live/demo`. */
async function departures(app: HttpApp): Promise<number> {
  const response = await fetch(`${app.url}/api/v1/streams/live/demo`);
  const { ledger }: Stream = await response.json();
  return ledger.departed.reduce((sum, { count }) => sum + count, 0);
}

function hasSound(page: Page): Promise<boolean> {
  return page.$eval("video", (video) => Reflect.get(video, "mozHasAudio") === true);
}
