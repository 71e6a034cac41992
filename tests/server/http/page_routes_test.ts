import { assert, assertEquals, assertMatch } from "@std/assert";
import { ASSETS } from "../../../src/server/page/assets.ts";
import { startHttpApp } from "../../support/http.ts";

Deno.test("GET / answers with a page that may load nothing from elsewhere", async () => {
  await using app = await startHttpApp();
  const response = await fetch(`${app.url}/`);
  assertMatch(await response.text(), /^<!doctype html>/);
  const { headers } = response;
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("referrer-policy"), "no-referrer");
  assertEquals(headers.get("access-control-allow-origin"), null);
  const policy = headers.get("content-security-policy")!.split("; ");
  assert(policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"));
  assertEquals(policy.filter((rule) => /unsafe|https?:|\*/.test(rule)), []);
});

Deno.test("GET /page/<file> answers with each file, and not again when nothing has changed", async () => {
  await using app = await startHttpApp();
  for (const [path, text] of Object.entries(ASSETS)) {
    const response = await fetch(`${app.url}${path}`);
    assertEquals([response.status, await response.text()], [200, text], path);
    assertEquals(response.headers.get("cache-control"), "no-cache", path);
    const etag = response.headers.get("etag")!;
    const again = await fetch(`${app.url}${path}`, { headers: { "if-none-match": etag } });
    assertEquals([again.status, await again.text()], [304, ""], path);
  }
  const missing = await fetch(`${app.url}/page/types.ts`);
  assertEquals(missing.status, 404);
  await missing.body?.cancel();
});

Deno.test("the files of the page name none that is not there, and no other site", () => {
  for (const [path, text] of Object.entries(ASSETS)) {
    if (path === "/page/mpegts.js") continue;
    const code = text.replace(/\/\*.*?\*\//gs, "");
    const named = Array.from(
      code.matchAll(/(?:from |import )"(\..+?)"|(?:src|href)="(page\/.+?)"/g),
      ([, module, file]) => new URL(module ?? file!, `http://server${path}`).pathname,
    );
    assertEquals(named.filter((file) => !(file in ASSETS)), [], path);
    assertEquals(code.match(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/g), null, path);
  }
});
