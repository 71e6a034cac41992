/**
 * Which stream the page shows, and what it says while that one is away.
 *
 * @module
 */

/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { Encoder, liveClip } from "../support/encoder.ts";
import { type HttpApp, startHttpApp } from "../support/http.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";
import { pictureMoves, WATCH } from "./watching.ts";

const WAITING = "Waiting for the encoder…";

await toolTest(
  [CHROMIUM, "ffmpeg"],
  "the page stays on the stream that was chosen",
  async (test) => {
    const clip = await liveClip("320x180");
    await withBrowser(async (browser) => {
      await using app = await startHttpApp();
      const start = (name: string) => Encoder.start(app.port, name, { clip });
      let first = await start("first");
      let second = await start("second");
      const { page, complaints } = await openPage(browser, "about:blank");
      const message = page.locator("#player").getByText(WAITING);
      const at = (hash: string) => `${app.url}/${hash}`;

      await test.step("a link's, while its encoder is away", async () => {
        await page.goto(at("#live%2Fsecond"));
        await page.evaluate(WATCH);
        await pictureMoves(page, "the link");
        const before = await placeOf(page);
        second.cut();
        await message.waitFor();
        assertEquals(await page.locator(".latency").textContent(), "");
        assertEquals(await placeOf(page), before);
        second = await start("second");
        await pictureMoves(page, "the encoder is back");
        await message.waitFor({ state: "hidden" });
        assertEquals(await shown(page), "live/second");
        assertEquals(await placeOf(page), before);
      });

      await test.step("a click's, with a way back", async () => {
        await page.locator("#streams").getByRole("button", { name: "live/first" }).click();
        await pictureMoves(page, "the click");
        assertEquals([await shown(page), page.url()], ["live/first", at("#live%2Ffirst")]);
        await page.goBack();
        await pictureMoves(page, "back");
        assertEquals([await shown(page), page.url()], ["live/second", at("#live%2Fsecond")]);
        await page.evaluate(() => void (location.hash = "#live%2Ffirst"));
        await pictureMoves(page, "the address was edited");
        assertEquals(await shown(page), "live/first");
      });

      await test.step("one that is not live yet", async () => {
        await page.evaluate(() => void (location.hash = "#live%2Fthird"));
        await page.getByText("live/third is not live. It plays here as soon as it is.").waitFor();
        await until("third to be waited for", async () => await shown(page) === "live/third");
        using _third = await start("third");
        await pictureMoves(page, "third is live");
        assertEquals(await shown(page), "live/third");
      });

      await test.step("the first one, as long as its encoder may come back", async () => {
        await page.goto("about:blank");
        await page.goto(app.url);
        await page.evaluate(WATCH);
        await pictureMoves(page, "the first one");
        first.cut();
        await message.waitFor();
        await page.waitForTimeout(2_000);
        assertEquals(await shown(page), "live/first");
        first = await start("first");
        await pictureMoves(page, "the first one is back");
        assertEquals(await shown(page), "live/first");
        first.cut();
        await until("another one", async () => await shown(page) === "live/second");
        await pictureMoves(page, "another one");
      });

      await test.step("a parameter of the address that names nothing changes nothing", async () => {
        for (const hash of ["#main", "#%E0%A4%A", "#%"]) {
          await page.evaluate((hash) => void (location.hash = hash), hash);
          assertEquals(await shown(page), "live/second");
        }
      });
      for (const encoder of [first, second]) encoder[Symbol.dispose]();
      assertEquals(complaints, []);
    });
  },
);

await toolTest([CHROMIUM, "ffmpeg"], "the page of one stream", async (test) => {
  const clip = await liveClip("320x180");
  await withBrowser(async (browser) => {
    await using app = await startHttpApp();
    const start = () => Encoder.start(app.port, "demo", { clip });
    let encoder = await start();
    const { page, complaints } = await openPage(browser, app.url);
    await page.evaluate(WATCH);
    await pictureMoves(page, "the beginning");

    await test.step("leaves the picture where it is while the encoder is away", async () => {
      const before = await placeOf(page);
      encoder.cut();
      await page.locator("#player").getByText(WAITING).waitFor();
      await page.getByRole("heading", { name: "Nothing is live" }).waitFor();
      await page.getByText("Away", { exact: true }).waitFor();
      assertEquals(await placeOf(page), before);
      encoder = await start();
      await pictureMoves(page, "the encoder is back");
    });

    await test.step("tells how to publish when it is asked", async () => {
      const url = page.locator("#publish-url code");
      assertEquals(await url.isVisible(), false);
      await page.getByRole("button", { name: "Publish", exact: true }).click();
      await url.waitFor();
    });

    await test.step("shows the final ledger when the stream has ended", async () => {
      const { publications } = app.app.rtmp;
      publications[0]!.close("The operator has ended it");
      await page.getByText("Has ended", { exact: true }).waitFor();
      await page.getByText("The stream has ended.").waitFor();
      const final = await finalLedger(app);
      const messages = page.locator("#stages").getByText(count(final.received.messages));
      await messages.first().waitFor();
      await page.getByText("Ledger balanced").waitFor();
      const consumers = await page.locator("#consumers").innerText();
      assert(!/in flight|live/.test(consumers), consumers);
    });

    encoder[Symbol.dispose]();
    assertEquals(complaints, []);
  });
});

await toolTest(
  [CHROMIUM, "ffmpeg"],
  "the page has its picture on a phone's first screen",
  async () => {
    const clip = await liveClip("320x180");
    await withBrowser(async (browser) => {
      await using app = await startHttpApp();
      const encoders: Encoder[] = [];
      for (const name of ["1", "2", "3", "4", "5"]) {
        encoders.push(await Encoder.start(app.port, name, { clip }));
      }
      const viewport = { width: 390, height: 844 };
      const { page } = await openPage(browser, app.url, { viewport });
      await page.evaluate(WATCH);
      await pictureMoves(page, "on a phone");
      const picture = () => page.locator("video").boundingBox().then((box) => box!);
      const { y, height } = await picture();
      assert(y >= 0 && y + height <= viewport.height, `the picture is at ${y}`);

      await page.locator("#streams").getByRole("button", { name: "live/5" }).click();
      await page.locator("#detail-name").getByText("live/5").waitFor();
      await until("the picture to be on the screen", async () => {
        const { y, height } = await picture();
        return y >= 0 && y + height <= viewport.height;
      });
      await pictureMoves(page, "another one on a phone");
      for (const encoder of encoders) encoder[Symbol.dispose]();
    });
  },
);

function shown(page: Page): Promise<string | null> {
  return page.locator("#detail-name").textContent();
}

function placeOf(page: Page) {
  return page.locator("video").boundingBox();
}

/** The ledger that the server keeps of `live/demo`, once nothing changes it any more. */
async function finalLedger(app: HttpApp): Promise<{ received: { messages: number } }> {
  return await until("the final ledger", async () => {
    const response = await fetch(`${app.url}/api/v1/ended/live/demo`);
    const { ledger } = await response.json();
    return ledger?.consumers.length === 0 && ledger;
  });
}

function count(value: number): string {
  return new Intl.NumberFormat("en").format(value);
}
