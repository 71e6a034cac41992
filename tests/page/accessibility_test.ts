/**
 * The page for those who see little, see otherwise, or have no mouse.
 *
 * @module
 */

/// <reference lib="dom" />

import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { startHttpApp } from "../support/http.ts";
import { fixtureTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { toolTest } from "../support/tools.ts";

/** Everything that the rules of WCAG find wrong, as rule and element. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => {
    const axe = Reflect.get(globalThis, "axe") as { run(): Promise<import("axe-core").AxeResults> };
    return axe.run();
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

await toolTest([CHROMIUM], "the page has nothing that axe finds wrong", async (test) => {
  await withBrowser(async (browser) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await using app = await startHttpApp("--api-token", "right", "--stream-key", "key");
      const { page } = await openPage(browser, app.url, { colorScheme });
      await test.step(`while nothing is live, ${colorScheme}`, async () => {
        await page.getByRole("heading", { name: "Nothing is live" }).waitFor();
        assertEquals(await violations(page), []);
      });
      using client = await RawClient.publish(app.port, "demo?key=key");
      client.sendTags(await fixtureTags());
      await test.step(`with a stream, ${colorScheme}`, async () => {
        await page.locator("#consumers").getByText("WS-FLV viewer").waitFor();
        await page.getByText("Watch it elsewhere").click();
        assertEquals(await violations(page), []);
      });
      await test.step(`with a dialog, ${colorScheme}`, async () => {
        await page.getByRole("button", { name: "Enter API token" }).click();
        assertEquals(await violations(page), []);
      });
      await page.context().close();
    }
  });
});

await toolTest([CHROMIUM], "the page can be used with the keyboard alone", async () => {
  await withBrowser(async (browser) => {
    await using app = await startHttpApp();
    const tags = await fixtureTags();
    using first = await RawClient.publish(app.port, "first");
    using second = await RawClient.publish(app.port, "second");
    for (const client of [first, second]) client.sendTags(tags);
    const { page } = await openPage(browser, app.url);
    await page.locator("#streams").getByText("live/second").waitFor();
    await page.locator("#detail-name").getByText("live/first").waitFor();

    assertEquals(await walk(page, 11), [
      "Skip to the content",
      "Publish",
      "live/first",
      "live/second",
      "End stream",
      "Stop",
      "Turn sound on",
      "Full screen",
      "Watch it elsewhere",
      "Publish",
      "API (OpenAPI)",
    ]);
    for (let steps = 0; steps < 7; steps++) await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator("#detail-name").getByText("live/second").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("live/second").waitFor();
    await page.keyboard.press("Escape");
    assertEquals(await page.getByRole("dialog").count(), 0);
    assertEquals(await focused(page), "End stream");
  });
});

/** What the focus is on after each press of the Tab key; it must be seen where it is. */
async function walk(page: Page, steps: number): Promise<string[]> {
  const stops: string[] = [];
  for (let step = 0; step < steps; step++) {
    await page.keyboard.press("Tab");
    stops.push(await focused(page));
  }
  return stops;
}

function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement!;
    const outlines = [null, "::after"].map((part) => getComputedStyle(element, part).outlineStyle);
    const isSeen = outlines.some((style) => style !== "none");
    return isSeen ? element.textContent!.trim() : `${element.outerHTML} has no outline`;
  });
}
