/**
 * What pages of other sites can do to a server through a browser that runs beside it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { startApiApp } from "../../support/api.ts";
import { flvBytes, startHttpApp, statusOf } from "../../support/http.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";

const BODY = JSON.stringify({ stream: "live/demo", url: "rtmp://127.0.0.1:1/live/copy" });

const JSON_TYPE = "Content-Type: application/json";

/** What browsers send, `PORT` standing for that of the server. */
const PAGES: [what: string, headers: string[], isLetIn: boolean][] = [
  ["a program", ["Host: 127.0.0.1:PORT"], true],
  ["a program that names the host", ["Host: localhost:PORT"], true],
  [
    "a page of this server",
    ["Host: localhost:PORT", "Origin: http://localhost:PORT", "Sec-Fetch-Site: same-origin"],
    true,
  ],
  [
    "a page of another site",
    ["Host: 127.0.0.1:PORT", "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"],
    false,
  ],
  ["an old browser", ["Host: 127.0.0.1:PORT", "Origin: https://evil.example"], false],
  ["a browser that hides where", ["Host: 127.0.0.1:PORT", "Sec-Fetch-Site: cross-site"], false],
  ["a sandboxed frame", ["Host: 127.0.0.1:PORT", "Origin: null"], false],
  [
    "a page of another port",
    ["Host: localhost:PORT", "Origin: http://localhost:1", "Sec-Fetch-Site: same-site"],
    false,
  ],
  [
    "a page of another site with what the browser sends for a user who has logged in",
    [
      "Host: 127.0.0.1:PORT",
      "Origin: https://evil.example",
      "Sec-Fetch-Site: cross-site",
      "Cookie: session=1",
      `Authorization: Basic ${btoa("viewer:s3cret")}`,
    ],
    false,
  ],
  [
    "a page of a name that was made to lead here",
    [
      "Host: evil.example:PORT",
      "Origin: http://evil.example:PORT",
      "Sec-Fetch-Site: same-origin",
    ],
    false,
  ],
  [
    "a name that looks like this machine",
    ["Host: 127.0.0.1.evil.example:PORT", "Origin: http://127.0.0.1.evil.example:PORT"],
    false,
  ],
];

for (const [what, headers, isLetIn] of PAGES) {
  Deno.test(`a server on loopback ${isLetIn ? "lets" : "does not let"} ${what} change anything`, async () => {
    await using http = await startHttpApp();
    const own = headers.map((header) => header.replaceAll("PORT", String(http.httpPort)));
    const ask = (line: string, ...more: string[]) => statusOf(http, line, [...own, ...more], BODY);
    const flv = flvBytes(videoTags(2));
    const answers = [
      await ask("POST /api/v1/pushes", JSON_TYPE),
      await ask("POST /api/v1/recordings", JSON_TYPE),
      await ask("DELETE /api/v1/pushes/none"),
      await ask("DELETE /api/v1/streams/live/demo"),
      await ask("DELETE /api/v1/connections/none"),
      await statusOf(http, "PUT /live/demo.flv", own, flv),
      await statusOf(http, "POST /live/demo.flv", own, flv),
    ];
    assertEquals(answers, isLetIn ? [201, 409, 404, 404, 404, 201, 201] : Array(7).fill(403));
    await http.idle();
  });
}

/** What publishes to a server that others can reach, and that asks for no stream key. */
const PUBLISHERS: [what: string, headers: string[], isLetIn: boolean][] = [
  ["a program", ["Host: 127.0.0.1:PORT"], true],
  ["a program that knows a name", ["Host: video.example:PORT"], true],
  [
    "a page of its address",
    ["Host: 192.0.2.1:PORT", "Origin: http://192.0.2.1:PORT", "Sec-Fetch-Site: same-origin"],
    true,
  ],
  [
    "a page of its address of IPv6",
    ["Host: [2001:db8::1]:PORT", "Origin: http://[2001:db8::1]:PORT"],
    true,
  ],
  [
    "a page of this machine",
    ["Host: localhost:PORT", "Origin: http://localhost:PORT", "Sec-Fetch-Site: same-origin"],
    true,
  ],
  [
    "a page of a name that was made to lead there",
    [
      "Host: evil.example:PORT",
      "Origin: http://evil.example:PORT",
      "Sec-Fetch-Site: same-origin",
    ],
    false,
  ],
  [
    "such a page in an old browser",
    ["Host: evil.example:PORT", "Origin: http://evil.example:PORT"],
    false,
  ],
  [
    "such a page whose browser names no origin",
    ["Host: evil.example:PORT", "Sec-Fetch-Site: same-origin"],
    false,
  ],
  [
    "such a page of a name that looks like an address",
    ["Host: 192.0.2.1.evil.example:PORT", "Origin: http://192.0.2.1.evil.example:PORT"],
    false,
  ],
  [
    "a page of another site",
    ["Host: 192.0.2.1:PORT", "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"],
    false,
  ],
];

for (const [what, headers, isLetIn] of PUBLISHERS) {
  const lets = isLetIn ? "lets" : "does not let";
  Deno.test(`a server beyond loopback and without a key ${lets} ${what} publish`, async () => {
    // A token is made when it listens beyond loopback.
    await using http = await startHttpApp("--api-token", "sesame");
    const own = headers.map((header) => header.replaceAll("PORT", String(http.httpPort)));
    const flv = flvBytes(videoTags(2));
    const answers = [
      await statusOf(http, "PUT /live/demo.flv", own, flv),
      await statusOf(http, "POST /live/demo.flv", own, flv),
    ];
    assertEquals(answers, Array(2).fill(isLetIn ? 201 : 403));
    await http.idle();
  });
}

Deno.test("a page that was made to lead there does not throw out the encoder of a name", async () => {
  await using http = await startHttpApp("--api-token", "sesame");
  using encoder = await RawClient.publish(http.port, "demo");
  const host = `evil.example:${http.httpPort}`;
  const headers = [`Host: ${host}`, `Origin: http://${host}`, "Sec-Fetch-Site: same-origin"];
  assertEquals(await statusOf(http, "PUT /live/demo.flv", headers, flvBytes(videoTags(2))), 403);
  assertEquals([encoder.ended, http.app.rtmp.publications.length], [false, 1]);
});

Deno.test("a stream key alone decides who publishes", async () => {
  await using http = await startHttpApp("--api-token", "sesame", "--stream-key", "key");
  const headers = ["Host: video.example", "Origin: https://video.example"];
  const flv = flvBytes(videoTags(2));
  assertEquals(await statusOf(http, "PUT /live/demo.flv", headers, flv), 401);
  assertEquals(await statusOf(http, "PUT /live/demo.flv?key=key", headers, flv), 201);
  await http.idle();
});

Deno.test("a server on loopback tells nothing to names that were made to lead there", async () => {
  await using http = await startHttpApp();
  const host = [`Host: evil.example:${http.httpPort}`];
  for (const path of ["streams", "connections", "pushes", "recordings", "openapi.json"]) {
    assertEquals(await statusOf(http, `GET /api/v1/${path}`, host), 403, path);
  }
  assertEquals(await statusOf(http, "GET /live/demo.flv?wait=0", host), 404);
});

Deno.test("a token alone decides, whatever a proxy makes of the host", async () => {
  await using http = await startHttpApp("--api-token", "sesame");
  const headers = ["Host: video.example", "Origin: https://video.example", JSON_TYPE];
  const token = "Authorization: Bearer sesame";
  assertEquals(await statusOf(http, "POST /api/v1/pushes", headers, BODY), 401);
  const login = ["Cookie: token=sesame", `Authorization: Basic ${btoa("viewer:sesame")}`];
  assertEquals(await statusOf(http, "POST /api/v1/pushes", [...headers, ...login], BODY), 401);
  assertEquals(await statusOf(http, "POST /api/v1/pushes", [...headers, token], BODY), 201);
  assertEquals(await statusOf(http, "GET /api/v1/pushes", headers), 200);
});

Deno.test("no page of another site may read the API, or ask for more than watching", async () => {
  await using api = await startApiApp();
  const origin = { origin: "https://evil.example" };
  for (const path of ["streams", "connections", "pushes", "recordings", "openapi.json"]) {
    const { headers } = await api.call("GET", path, undefined, origin);
    assertEquals(headers.get("access-control-allow-origin"), null, path);
    const preflight = await api.call("OPTIONS", path, undefined, {
      ...origin,
      "access-control-request-method": "POST",
    });
    assertEquals(preflight.headers.get("access-control-allow-origin"), null, path);
    assertEquals(preflight.headers.get("access-control-allow-methods"), null, path);
  }
  const put = await fetch(`${api.url}/live/demo.flv`, { method: "PUT", body: "", headers: origin });
  assertEquals([put.status, put.headers.get("access-control-allow-origin")], [403, null]);
  await put.body?.cancel();
});
