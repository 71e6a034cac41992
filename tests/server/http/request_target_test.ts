/**
 * A target in absolute form is held to the rules of `Host` (RFC 9112, section 3.2.2).
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { flvBytes, RawHttpClient, startHttpApp, statusOf } from "../../support/http.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { UPGRADE } from "../../support/websocket.ts";

const BODY = JSON.stringify({ stream: "live/demo", url: "rtmp://127.0.0.1:1/live/copy" });

const TARGETS: [what: string, authority: string, headers: readonly string[], isLetIn: boolean][] = [
  ["this machine", "127.0.0.1:PORT", ["Host: 127.0.0.1:PORT"], true],
  ["this machine, whatever Host says", "localhost:PORT", ["Host: evil.example"], true],
  ["this machine in capitals", "LOCALHOST:PORT", ["Host: evil.example"], true],
  ["another name", "evil.example", ["Host: 127.0.0.1:PORT"], false],
  ["another name with the port", "evil.example:PORT", ["Host: localhost:PORT"], false],
  [
    "another name by its own page",
    "evil.example:PORT",
    ["Host: 127.0.0.1:PORT", "Origin: http://evil.example:PORT", "Sec-Fetch-Site: same-origin"],
    false,
  ],
  [
    "this machine by a page of another name",
    "127.0.0.1:PORT",
    ["Host: evil.example:PORT", "Origin: http://evil.example:PORT"],
    false,
  ],
];

for (const scheme of ["http", "HTTP", "https"]) {
  for (const [what, authority, headers, isLetIn] of TARGETS) {
    Deno.test(`a target of ${scheme} that names ${what} is ${isLetIn ? "accepted" : "refused"}`, async () => {
      await using http = await startHttpApp();
      const base = `${scheme}://${authority.replace("PORT", String(http.httpPort))}`;
      const flv = flvBytes(videoTags(2));
      const answers = [
        await statusOf(
          http,
          `GET ${base}/api/v1/streams?x=1`,
          isLetIn ? headers.slice(0, 1) : headers,
        ),
        await statusOf(
          http,
          `POST ${base}/api/v1/pushes`,
          [...headers, "Content-Type: application/json"],
          BODY,
        ),
        await statusOf(http, `PUT ${base}/live/demo.flv`, headers, flv),
      ];
      // A page of another name reads nothing, since its browser lets it not.
      const isPage = what.startsWith("this machine by a page");
      assertEquals(answers, isPage ? [200, 403, 403] : isLetIn ? [200, 201, 201] : [403, 403, 403]);
      await http.idle();
    });
  }
}

Deno.test("a host in capitals is the same host", async () => {
  await using http = await startHttpApp();
  assertEquals(await statusOf(http, "GET /api/v1/streams", ["HOST: LocalHost:PORT"]), 200);
  assertEquals(await statusOf(http, "GET /api/v1/streams", ["HOST: Evil.Example:PORT"]), 403);
});

Deno.test("a stream is found by a target in absolute form, over HTTP and a WebSocket", async () => {
  await using http = await startHttpApp();
  using publisher = await RawClient.publish(http.port, "demo");
  publisher.sendTags(videoTags(3));
  const host = ["Host: x"];
  assertEquals(await statusOf(http, "GET http://video.example/live/demo.flv", host), 200);
  assertEquals(
    await statusOf(http, "GET http://video.example/live/demo.flv", [...host, ...UPGRADE]),
    101,
  );
  assertEquals(await statusOf(http, "GET http://video.example", host), 200, "the page");
});

const MALFORMED: [what: string, target: string, headers: string[]][] = [
  ["two hosts", "/api/v1/streams", ["Host: 127.0.0.1:PORT", "Host: evil.example"]],
  ["two hosts that agree", "/api/v1/streams", ["Host: 127.0.0.1:PORT", "host: 127.0.0.1:PORT"]],
  ["a user before the host", "http://127.0.0.1:PORT@evil.example/api/v1/streams", ["Host: x"]],
  ["no host", "http:///api/v1/streams", ["Host: 127.0.0.1:PORT"]],
  ["another scheme", "ftp://127.0.0.1/api/v1/streams", ["Host: 127.0.0.1:PORT"]],
  ["a file", "file:///etc/passwd", ["Host: 127.0.0.1:PORT"]],
  ["no slash", "api/v1/streams", ["Host: 127.0.0.1:PORT"]],
  ["a backslash in the host", "http://127.0.0.1\\@evil.example/", ["Host: 127.0.0.1:PORT"]],
];

for (const [what, target, headers] of MALFORMED) {
  Deno.test(`a request with ${what} is malformed, for a WebSocket too`, async () => {
    await using http = await startHttpApp();
    assertEquals(await statusOf(http, `GET ${target}`, headers), 400);
    assertEquals(await statusOf(http, `GET ${target}`, [...headers, ...UPGRADE]), 400);
  });
}

Deno.test("an operator's target in absolute form has the places that are kept", async () => {
  await using http = await startHttpApp("--max-http-connections", "8");
  const waiting = await Promise.all(
    Array.from({ length: 8 }, () => RawHttpClient.connect(http.httpPort)),
  );
  for (const client of waiting) client.request("GET /live/none.flv?wait=60");
  using operator = await RawHttpClient.connect(http.httpPort, "127.0.0.2");
  operator.request(`GET http://127.0.0.1:${http.httpPort}/healthz`);
  assertMatch(await operator.text(/^HTTP\/1\.1 \d+/), / 200$/);
  for (const client of waiting) client[Symbol.dispose]();
});
