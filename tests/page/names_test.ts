/**
 * Names that publishers choose, on the page.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { startHttpApp } from "../support/http.ts";
import { fixtureTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const NAMES = [
  `<img src=x onerror=alert(1)>`,
  `"><script>alert(1)</script>`,
  `'"\`&amp; $\{1}`,
  `🎥 Straße ‮abc`,
  `a/b #x &amp; 100%`,
  `javascript:alert(1)`,
  "x".repeat(300),
];

await toolTest([CHROMIUM], "the page shows odd names as they are, as text", async () => {
  await withBrowser(async (browser) => {
    await using app = await startHttpApp();
    const tags = await fixtureTags();
    const clients: RawClient[] = [];
    for (const name of NAMES) {
      const client = await RawClient.publish(app.port, name);
      client.sendTags(tags);
      clients.push(client);
    }
    const { page, complaints } = await openPage(browser, app.url, {
      viewport: { width: 360, height: 740 },
    });
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    const cards = page.locator("#streams h3");
    await until("all cards", async () => await cards.count() === NAMES.length);
    assertEquals((await cards.allTextContents()).toSorted(), NAMES.map(live).toSorted());

    for (const name of NAMES) {
      await page.locator("#streams").getByRole("button", { name: live(name), exact: true }).click();
      assertEquals(await page.locator("#detail-name").textContent(), live(name));
      await until(`a viewer of ${name}`, () => {
        const { publications } = app.app.rtmp;
        const publication = publications.find(({ path }) => path === live(name));
        return publication!.ledger.consumers.some(({ kind }) => kind === "ws-flv");
      });
    }
    assertEquals(await page.locator("main img, main script").count(), 0);
    const widths = "[document.documentElement.scrollWidth, innerWidth]";
    assertEquals(await page.evaluate(widths), [360, 360]);
    assertEquals(complaints, []);
    for (const client of clients) client[Symbol.dispose]();
  });
});

function live(name: string): string {
  return `live/${name}`;
}
