/**
 * What the page makes of books that a server of ours should never have.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { startHttpApp } from "../support/http.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const none = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };
const video = (videoFrames: number) => ({ ...none, videoFrames });

const CONSUMER = { id: "1", kind: "http-flv", mode: "live", offered: video(60), inFlight: {} };

/** A stream that nothing can be played of, so that there is nothing but its books. */
const STREAM = {
  path: "live/demo",
  app: "live",
  name: "demo",
  publisher: { id: "1", address: "127.0.0.1:1", since: new Date().toISOString(), flashVer: "test" },
  video: { codec: "hvc1", width: 64, height: 64 },
  audio: { codec: "<b>", channels: 3 },
  bitrate: 1000,
  ledger: {
    received: {
      ...{ bytes: 5000, chunks: 70, messages: 64, ...video(60) },
      discarded: { "aborted-message": 2, "unheard-of": 1 },
    },
    tags: video(57),
    inFlight: none,
    unread: video(3),
    consumers: [
      { ...CONSUMER, delivered: video(60), dropped: {} },
      {
        ...{ ...CONSUMER, id: "2", kind: "ws-flv", delivered: video(40) },
        dropped: { "slow-subscriber": video(19), "not-wanted": { ...none, audioFrames: 88 } },
      },
      ...Array.from({ length: 20 }, (_, i) => ({
        ...{ ...CONSUMER, id: `more ${i}`, delivered: video(60), dropped: {} },
      })),
    ],
    departed: [
      { kind: "recording", mode: "lossless", count: 1, delivered: video(59), dropped: video(1) },
    ],
    balance: 1,
  },
};

await toolTest([CHROMIUM], "the page shows what was dropped, and why", async (test) => {
  await withBrowser(async (browser) => {
    await using app = await startHttpApp();
    const { page, complaints } = await openPage(browser, "about:blank");
    let answers = 0;
    let attempts = 0;
    let isReachable = true;
    await page.route("**/api/v1/streams", async (route) => {
      attempts++;
      if (!isReachable) return await route.abort();
      answers++;
      await route.fulfill({ json: { streams: [STREAM] } });
    });
    await page.clock.install();
    await page.goto(app.url);
    const consumers = page.locator("#consumers > li");
    await consumers.first().waitFor();

    await test.step("losses are first, and red, each with its reason", async () => {
      assertEquals(await consumers.first().innerText().then(lines), [
        ...["WS-FLV viewer", "live", "40 video"],
        "19 video dropped: too slow, resumed at a keyframe",
        "88 audio not asked for",
      ]);
      assertEquals(await page.locator("#consumers .has-lost b").allTextContents(), [
        "WS-FLV viewer",
        "1 × Recording",
      ]);
      assertEquals(await page.locator("#stages .lost:visible").allTextContents(), [
        "2 taken back by the sender, 1 unheard-of",
        "3 not read",
      ]);
    });

    await test.step("a ledger that is off is not hidden", async () => {
      await page.locator(".balance.off").getByText("The ledger is off by 1").waitFor();
    });

    await test.step("only so many consumers are drawn one by one", async () => {
      assertEquals(await consumers.count(), 14);
      assertEquals(await consumers.nth(12).innerText(), "10 consumers more");
    });

    await test.step("the page says in a sentence what the browser cannot play", async () => {
      const sentence =
        "This browser cannot play its picture, which is H.265, nor its sound, which is <b>.";
      await page.locator("#player").getByText(sentence).waitFor();
    });

    await test.step("it does not ask while it is hidden", async () => {
      await page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, writable: true })",
      );
      await page.clock.runFor(5_000);
      const before = answers;
      await page.clock.runFor(60_000);
      assertEquals(answers, before);
      await page.evaluate(
        "document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))",
      );
      await page.waitForResponse("**/api/v1/streams");
    });

    await test.step("it asks again every two seconds when the server does not answer", async () => {
      isReachable = false;
      await page.clock.runFor(1_000);
      await page.getByText("The server does not answer. Trying again in 2 s.").waitFor();
      const before = attempts;
      for (let tries = 1; tries <= 5; tries++) {
        await page.clock.runFor(2_000);
        await until("another try", () => attempts === before + tries);
      }
      assertEquals(complaints.filter((text) => !text.includes("net::ERR_FAILED")), []);
      isReachable = true;
      await page.clock.runFor(2_000);
      await page.locator("#unreachable").waitFor({ state: "hidden" });
    });
  });
});

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
