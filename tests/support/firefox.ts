/**
 * Firefox, by WebDriver BiDi: Debian's is none that Playwright can drive.
 *
 * @module
 */

import { launch, type Page } from "puppeteer-core";
import { findOnPath } from "./tools.ts";
import { PATIENCE } from "./wait.ts";

/** The program, for `toolTest`. */
export const FIREFOX = "firefox-esr";

/** What a user may allow pages: `media.autoplay.default`. */
export const Autoplay = { blockSound: 1, blockAll: 5 } as const;

/** A page of Firefox, and its errors. */
export interface FirefoxPage {
  page: Page;
  complaints: string[];
}

/** Gives a page to a function, and closes the browser whatever comes. */
export async function withFirefox(
  autoplay: number,
  use: (opened: FirefoxPage) => Promise<void>,
): Promise<void> {
  const browser = await launch({
    browser: "firefox",
    executablePath: (await findOnPath(FIREFOX))!,
    headless: true,
    timeout: PATIENCE,
    protocolTimeout: PATIENCE,
    extraPrefsFirefox: { "media.autoplay.default": autoplay },
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await use({ page, complaints });
  } finally {
    await browser.close();
  }
}
