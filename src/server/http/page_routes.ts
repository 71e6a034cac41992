/**
 * `/`: the page, and what it loads. It loads nothing from elsewhere, and a browser would not let it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Hono } from "hono";
import { ASSETS } from "../page/assets.ts";

/** Media types by the last part of a path. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
};

const HTML = "text/html; charset=utf-8";

/**
 * Scripts, styles and connections are those of this server alone; video comes as a `blob:` from the
 * player. No text can become a script or markup, whatever a publisher calls its stream.
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

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // A browser asks each time whether there is a newer one, and is told in a line that there is not.
  "cache-control": "no-cache",
};

/** Routes the page and its files. */
export function pageRoutes(): Hono {
  const routes = new Hono();
  for (const [path, text] of Object.entries(ASSETS)) {
    const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
    const contentType = TYPES[path.split(".").at(-1)!] ?? HTML;
    const headers = { ...HEADERS, etag, "content-type": contentType };
    routes.get(path, (context) => {
      if (context.req.header("if-none-match") === etag) return context.body(null, 304, headers);
      return context.body(text, 200, headers);
    });
  }
  return routes;
}
