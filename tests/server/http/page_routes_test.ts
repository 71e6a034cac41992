import { assert, assertEquals, assertMatch } from "@std/assert";
import { ASSETS } from "../../../src/server/page/assets.ts";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { until } from "../../support/wait.ts";

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
    if (path === "/") continue;
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

Deno.test("the page names its files by a version, and browsers keep those", async () => {
  await using app = await startHttpApp();
  const page = await (await fetch(`${app.url}/`)).text();
  const files = Array.from(page.matchAll(/(?:src|href)="(page\/.+?)"/g), ([, file]) => file!);
  const named = new Set<string>();
  for (const file of files) {
    const [, version, name] = file.match(/^page\/([\w-]{16})\/(.+)$/)!;
    named.add(`/page/${name}`);
    const response = await fetch(`${app.url}/${file}`);
    assertEquals([response.status, await response.text()], [200, ASSETS[`/page/${name}`]], file);
    assertMatch(response.headers.get("cache-control")!, /max-age=31536000, immutable/);
    const other = await fetch(`${app.url}/${file.replace(version!, "A".repeat(16))}`);
    assertEquals(other.status, 404, "a file of another version");
    await other.body?.cancel();
  }
  assertEquals(
    [...named, "/"].sort(),
    Object.keys(ASSETS).sort(),
    "all are named, so that none waits",
  );
});

Deno.test("the files of the page are sent in gzip to browsers that accept it", async () => {
  await using app = await startHttpApp();
  const answer = async (encoding: string, path: string) => {
    const client = await RawHttpClient.connect(app.httpPort);
    client.request(`GET ${path}`, `Accept-Encoding: ${encoding}`, "Connection: close");
    await until("the whole answer", () => client.closed);
    const [head, body] = client.received.split(/\r\n\r\n(.*)/s) as [string, string];
    const header = (name: string) => head.match(new RegExp(`^${name}: (.*)$`, "im"))?.[1]?.trim();
    assertEquals(header("vary"), "accept-encoding");
    return [header("content-encoding") ?? "none", header("etag"), body.length] as const;
  };
  for (const path of Object.keys(ASSETS)) {
    const [none, etag, length] = await answer("identity", path);
    const [gzip, otherEtag, compressed] = await answer("gzip, deflate, br", path);
    assertEquals([none, gzip], ["none", "gzip"], path);
    assert(etag !== otherEtag, "other bytes have another ETag");
    assert(compressed < length, `${path}: ${compressed} of ${length} bytes`);
  }
  assertEquals((await answer("br, gzip;q=0", "/page/mpegts.js"))[0], "none");
  assertEquals((await answer("", "/page/mpegts.js"))[0], "none");
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
