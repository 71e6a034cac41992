/**
 * A file of the page over HTTP, with its type, its ETag and compression.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { toArrayBuffer } from "@std/streams";
import type { Context } from "hono";
import { accepts } from "hono/accepts";

/** Media types by file extension. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
};

const HTML = "text/html; charset=utf-8";

/** A hash of texts that is short enough for a URL. */
export function hashOf(...texts: string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("base64url").slice(0, 16);
}

/** One file of the page. */
export class PageFile {
  readonly #text: string;
  readonly #type: string;
  readonly #hash: string;
  #gzip: Promise<ArrayBuffer> | undefined;

  constructor(path: string, text: string) {
    this.#text = text;
    this.#type = TYPES[path.split(".").at(-1)!] ?? HTML;
    this.#hash = hashOf(text);
  }

  /**
   * Answers a request: with gzip if the client accepts that, and with 304 if it has the file already
   * (RFC 9110, 12.5.3 and 13.1.2).
   */
  async answer(context: Context, headers: Readonly<Record<string, string>>): Promise<Response> {
    const isGzip = takesGzip(context);
    const etag = `"${this.#hash}${isGzip ? "-gzip" : ""}"`;
    const all = { ...headers, etag, "content-type": this.#type, vary: "accept-encoding" };
    if (context.req.header("if-none-match") === etag) return context.body(null, 304, all);
    if (!isGzip) return context.body(this.#text, 200, all);
    return context.body(await this.#compressed(), 200, { ...all, "content-encoding": "gzip" });
  }

  /** The file in gzip, compressed once. */
  #compressed(): Promise<ArrayBuffer> {
    return this.#gzip ??= toArrayBuffer(
      new Blob([this.#text]).stream().pipeThrough(new CompressionStream("gzip")),
    );
  }
}

function takesGzip(context: Context): boolean {
  return accepts(context, {
    header: "Accept-Encoding",
    supports: ["gzip", "identity"],
    default: "identity",
    match: (encodings) =>
      encodings.some(({ type, q }) => type === "gzip" && q > 0) ? "gzip" : "identity",
  }) === "gzip";
}
