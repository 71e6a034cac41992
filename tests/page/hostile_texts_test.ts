/**
 * Texts of publishers, of servers and of links that would be code if the page took them for more than
 * text. Each of them says so in `owned`. The page has two walls, its own way of writing texts and
 * its Content-Security-Policy: the tests look at both together and at the first alone.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { callApi } from "../support/api.ts";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { type HttpApp, startHttpApp } from "../support/http.ts";
import { fixtureTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const TEXTS = [
  `<img src=x onerror=owned=1>`,
  `"><script>owned=1</script>`,
  `' autofocus onfocus='owned=1`,
  `</title></textarea></template><svg onload=owned=1>`,
  `<iframe srcdoc="<script>parent.owned=1</script>">`,
  `<a href=javascript:owned=1 id=live>x</a>`,
  `javascript:owned=1//`,
  `data:text/html,<script>owned=1</script>`,
  `<style>*{display:none}@import '//evil.example'</style>`,
  `;background:url(//evil.example/css)`,
  `<base href=//evil.example><form name=body><input name=children>`,
  `$\{owned=1}{{owned=1}}%3Cscript%3Eowned=1%3C/script%3E`,
  `a\u2028owned=1\u2029//`,
  `\u202egpj.exe\u2066<b>\u0000\u001b[31m`,
  `__proto__`,
  `constructor`,
];

/** All of them in one. */
const ALL = TEXTS.join(" ");

const MARKED = "script:not([src]), img, iframe, object, embed, base, b *, [onerror], [onload], " +
  "[onfocus], [style*=evil], a[href^='javascript:'], a[href^='data:']";

/** A page, and everything that it asked for elsewhere. */
interface WatchedPage {
  page: Page;
  elsewhere: string[];
}

/** Opens a page that hostile texts are shown on; without its policy the page is alone with them. */
async function open(browser: Browser, url: string, bypassCSP: boolean): Promise<WatchedPage> {
  const { page } = await openPage(browser, "about:blank", { bypassCSP });
  const elsewhere: string[] = [];
  const { host } = new URL(url);
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "blob:" && asked.host !== host) elsewhere.push(request.url());
  });
  page.on("dialog", (dialog) => void dialog.dismiss());
  await page.goto(url);
  return { page, elsewhere };
}

/** Checks that no text became anything else, anywhere on the page. */
async function isUntouched({ page, elsewhere }: WatchedPage, what: string): Promise<void> {
  const found = await page.evaluate(`[
    typeof owned,
    typeof {}.owned + typeof {}.polluted,
    [...document.querySelectorAll(${JSON.stringify(MARKED)})].map((e) => e.outerHTML).join(),
    document.baseURI === location.href.split("#")[0] || document.baseURI === location.href,
    getComputedStyle(document.body).display === "none",
  ]`);
  assertEquals(found, ["undefined", "undefinedundefined", "", true, false], what);
  assertEquals(elsewhere, [], what);
}

/** Publishes what is hostile wherever a publisher says something of itself. */
async function publish({ port }: HttpApp, text: string): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.handshake();
  const more = { flashVer: text, tcUrl: text, pageUrl: text, swfUrl: text };
  client.command("connect", 1, { app: `live/${text}`, ...more });
  client.askToPublish(text);
  await client.status("NetStream.Publish.Start");
  const metadata = { encoder: text, title: text, videocodecid: text, [text]: text };
  const data = encodeAmf0("onMetaData", metadata) as Uint8Array<ArrayBuffer>;
  const tag: FlvTag = { type: "script", timestamp: 0, data };
  client.sendTags([tag, ...(await fixtureTags()).filter(({ type }) => type !== "script")]);
  return client;
}

for (const bypassCSP of [false, true]) {
  const walls = bypassCSP ? "even without its policy" : "with its policy";
  await toolTest(
    [CHROMIUM],
    `no text of a publisher is more than text on the page, ${walls}`,
    async () => {
      const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
      await withBrowser(async (browser) => {
        await using app = await startHttpApp("--record", directory, "--api-token", "right");
        const clients: RawClient[] = [];
        for (const text of TEXTS) clients.push(await publish(app, text));
        const watched = await open(browser, app.url, bypassCSP);
        const { page } = watched;
        const cards = page.locator("#streams h3");
        await until("all cards", async () => await cards.count() === TEXTS.length);
        await isUntouched(watched, "the list");
        assertEquals(
          (await cards.allTextContents()).toSorted(),
          app.app.rtmp.publications.map(({ path }) => path).toSorted(),
        );
        await page.getByRole("button", { name: "Enter API token" }).click();
        await page.getByRole("textbox", { name: "Token" }).fill("right");
        await page.getByRole("button", { name: "Use it" }).click();
        await page.getByRole("button", { name: "End stream" }).waitFor();

        for (const { path } of app.app.rtmp.publications) {
          await page.locator("#streams").getByRole("button", { name: path, exact: true }).click();
          assertEquals(await page.locator("#detail-name").textContent(), path);
          await page.getByText("Watch it elsewhere").click();
          await isUntouched(watched, `chosen: ${path}`);
          await page.getByRole("button", { name: "End stream" }).click();
          await page.getByRole("dialog").getByText(path, { exact: true }).waitFor();
          await isUntouched(watched, `asked whether to end it: ${path}`);
          await page.getByRole("button", { name: "Cancel" }).click();
        }
        for (const client of clients) client[Symbol.dispose]();
        await until("nothing live", async () => await cards.count() === 0);
        await page.getByText("Has ended").or(page.getByText("Away")).first().waitFor();
        await isUntouched(watched, "ended");
        for (const path of ["ended", "connections", "recordings", "openapi.json"]) {
          assertEquals((await callApi(app.url, "GET", path)).status, 200);
          await page.goto(`${app.url}/api/v1/${path}`);
          await isUntouched(watched, `${path} as a page`);
        }
        await page.context().close();
      });
      await Deno.remove(directory, { recursive: true });
    },
  );

  await toolTest(
    [CHROMIUM],
    `no link and no answer is more than text on the page, ${walls}`,
    async () => {
      await withBrowser(async (browser) => {
        await using app = await startHttpApp("--api-token", "right");
        const watched = await open(browser, app.url, bypassCSP);
        const { page } = watched;
        for (const text of TEXTS) {
          await page.goto(`${app.url}/?${text}#${encodeURIComponent(text)}`);
          await page.getByText(/Nothing is live|plays here/).first().waitFor();
          await isUntouched(watched, `a link to ${text}`);
          await page.goto(`${app.url}/#${text}`);
          await page.goto(`${app.url}/${encodeURIComponent(text)}/x.flv?wait=0&key=${text}`);
          await isUntouched(watched, `an error for ${text}`);
        }

        await page.route(
          "**/api/v1/streams",
          (route) => route.fulfill({ json: { streams: TEXTS.map(streamOf) } }),
        );
        await page.route("**/api/v1/server", (route) => route.fulfill({ json: serverOf(ALL) }));
        await page.goto(app.url);
        await until(
          "all cards",
          async () => await page.locator("#streams h3").count() === TEXTS.length,
        );
        await isUntouched(watched, "a server that says such texts");
        await page.unrouteAll();
        await page.route(
          "**/api/v1/**",
          (route) => route.fulfill({ status: 403, json: { error: ALL } }),
        );
        await page.locator("#unreachable").waitFor();
        await isUntouched(watched, "a server that refuses with such texts");
        await page.context().close();
      });
    },
  );
}

const none = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };

/** What `GET /api/v1/server` would answer. */
function serverOf(text: string) {
  const facts = { needsKey: true, needsToken: true, canRecord: true };
  return { version: text, rtmpPort: text, app: text, ...facts };
}

/** A stream as `GET /api/v1/streams` would list it if all that is a text were the publisher's. */
function streamOf(text: string) {
  const consumer = {
    ...{ id: text, kind: text, mode: text, address: text, connection: text, since: text },
    ...{ offered: none, delivered: none, inFlight: {}, dropped: { [text]: none } },
  };
  const ledger = {
    received: { bytes: 1, chunks: 1, messages: 1, ...none, discarded: { [text]: 1 } },
    ...{ tags: none, inFlight: none, unread: none, consumers: [consumer], balance: 1 },
    departed: [{ kind: text, mode: text, count: 1, delivered: none, dropped: none }],
  };
  const since = new Date().toISOString();
  return {
    ...{ path: text, app: text, name: text, bitrate: 1000, ledger },
    publisher: { id: text, connection: text, address: text, since, flashVer: text },
    video: { codec: text, width: text, height: text, frameRate: text, profile: text },
    audio: { codec: text, sampleRate: text, channels: text },
  };
}
