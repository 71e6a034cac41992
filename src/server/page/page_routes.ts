/**
 * `/`: the page and its files. Its policy forbids to load anything from other servers.
 *
 *     /                        the page, which names its files by their version
 *     /page/<version>/main.js  a file, to be kept by browsers and proxies: another text has another
 * URL
 *     /page/main.js            the same, of whichever version the server is
 *
 * @module
 */

import { Hono } from "hono";
import { ASSETS } from "./assets.ts";
import { hashOf, PageFile } from "./page_file.ts";

/**
 * Scripts, styles and connections are only those of this server; video is a `blob:` of the player. No
 * text can become a script or markup, whatever name a publisher chooses.
 */
const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "media-src blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** The headers of the page beside those of every answer. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "cross-origin-opener-policy": "same-origin",
};

/** Headers of files whose URL has no version: the browser revalidates them each time. */
const MAY_CHANGE = { ...HEADERS, "cache-control": "no-cache" };

/** Headers of files whose URL has a version: browsers keep them for a year. */
const NEVER_CHANGES = { ...HEADERS, "cache-control": "public, max-age=31536000, immutable" };

const FOLDER = "/page/";

/** The routes of the page and its files. */
export function pageRoutes(): Hono {
  const routes = new Hono();
  const version = hashOf(...Object.values(ASSETS));
  for (const [path, text] of Object.entries(ASSETS)) {
    const file = new PageFile(path, path === "/" ? withVersion(text, version) : text);
    routes.get(path, (context) => file.answer(context, MAY_CHANGE));
    if (path === "/") continue;
    const lasting = path.replace(FOLDER, `${FOLDER}${version}/`);
    routes.get(lasting, (context) => file.answer(context, NEVER_CHANGES));
  }
  return routes;
}

/**
 * The page with the version in the URLs of its files, and with a preload of every module, so that the
 * browser loads them all at once.
 */
function withVersion(page: string, version: string): string {
  const modules = Object.keys(ASSETS)
    .filter((path) => path.endsWith(".js") && !page.includes(`src="${path.slice(1)}"`))
    .map((path) => `    <link rel="modulepreload" href="${path.slice(1)}">\n`);
  return page
    .replace("  </head>", `${modules.join("")}  </head>`)
    .replaceAll(/(src|href)="page\//g, `$1="page/${version}/`);
}
