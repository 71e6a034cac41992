/**
 * What only the operator may do on the page.
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

await toolTest([CHROMIUM], "the page ends and records streams with the token", async (test) => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  await withBrowser(async (browser) => {
    await using app = await startHttpApp(
      ...["--api-token", "right", "--stream-key", "hidden", "--record-on-demand", directory],
    );
    using client = await RawClient.publish(app.port, "demo?key=hidden");
    client.sendTags(await fixtureTags());
    const { page, complaints } = await openPage(browser, app.url);
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    await page.getByRole("heading", { name: "live/demo" }).first().waitFor();

    await test.step("there are no buttons without the token", async () => {
      await button("Enter API token").waitFor();
      assertEquals(await button("End stream").count(), 0);
      assertEquals(await button("Record").count(), 0);
    });

    await test.step("a wrong token is refused", async () => {
      await button("Enter API token").click();
      await page.getByRole("textbox", { name: "Token" }).fill("wrong");
      await button("Use it").click();
      await page.getByText("Wrong API token.").waitFor();
      assertEquals(app.app.rtmp.ledger.current.size, 1);
    });

    await test.step("the right one is taken, and kept for this tab alone", async () => {
      await page.getByRole("textbox", { name: "Token" }).fill("right");
      await button("Use it").click();
      await button("End stream").waitFor();
      assertEquals(await page.evaluate("sessionStorage.getItem('sluice.token')"), "right");
      assertEquals(await page.evaluate("localStorage.length + document.cookie.length"), 0);
    });

    await test.step("a recording begins and ends", async () => {
      await button("Record").click();
      await app.consumer("recording");
      await button("Stop recording").click();
      await button("Record").waitFor();
    });

    await test.step("a stream is ended when it is asked for twice", async () => {
      await button("End stream").click();
      await page.getByRole("dialog").getByText("live/demo").waitFor();
      await button("Cancel").click();
      assertEquals(app.app.rtmp.ledger.current.size, 1);
      await button("End stream").click();
      await page.getByRole("dialog").getByRole("button", { name: "End stream" }).click();
      await until("the end of the stream", () => app.app.rtmp.ledger.current.size === 0);
    });

    await test.step("the page never says the stream key", async () => {
      await page.getByText("This server asks for a stream key").waitFor();
      assertEquals(await page.locator("#obs code").last().textContent(), "demo?key=YOUR_KEY");
      assertEquals((await page.content()).includes("hidden?"), false);
      assertEquals((await page.content()).includes("key=hidden"), false);
    });

    // A token that is refused is on the console: the browser puts it there.
    assertEquals(complaints.filter((text) => !text.includes("401")), []);
  });
  await Deno.remove(directory, { recursive: true });
});
