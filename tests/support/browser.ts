/**
 * Chromium, and what goes wrong in it.
 *
 * @module
 */

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findOnPath } from "./tools.ts";
import { PATIENCE } from "./wait.ts";

/** The program, for `toolTest`. */
export const CHROMIUM = "chromium";

/** Nothing that calls home, no sandbox in containers, and a picture that plays by itself. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Gives a browser to a function, and closes it whatever comes. */
export async function withBrowser(use: (browser: Browser) => Promise<void>): Promise<void> {
  const executablePath = await findOnPath(CHROMIUM);
  const browser = await chromium.launch({ executablePath: executablePath!, args: FLAGS });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

/** A page, and its complaints: errors, and what its Content-Security-Policy has stopped. */
export interface WatchedPage {
  page: Page;
  complaints: string[];
}

/** Opens a page in a session of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  // Violations that scripts catch are on no console.
  await page.exposeFunction("complain", (text: string) => complaints.push(text));
  await page.addInitScript(`addEventListener("securitypolicyviolation", (event) =>
    complain(event.violatedDirective + " " + event.sourceFile))`);
  await page.goto(url);
  return { page, complaints };
}
