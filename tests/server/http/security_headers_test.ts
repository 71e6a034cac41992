/**
 * What every answer tells browsers.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ASSETS } from "../../../src/server/page/assets.ts";
import { flvBytes, type HttpApp, RawHttpClient, startLimitedHttpApp } from "../../support/http.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { UPGRADE } from "../../support/websocket.ts";

const JSON_TYPE = "Content-Type: application/json";
const TOKEN = "Authorization: Bearer sesame";
const BODY = JSON.stringify({ stream: "live/demo", url: "rtmp://127.0.0.1:1/live/copy" });

/** Who may have an answer, as `access-control-allow-origin` and the resource policy say. */
type Reach = "own" | "all";

/** A request: its line, the status of its answer, who may have that, and more headers. */
type Row = [line: string, status: number, reach: Reach, headers?: readonly string[], body?: string];

const ROWS: Row[] = [
  ...Object.keys(ASSETS).map((path): Row => [`GET ${path}`, 200, "own"]),
  ["HEAD /", 200, "own"],
  ["GET /page/none.js", 404, "all"],
  ["GET /healthz", 200, "own"],
  ["GET /readyz", 200, "own"],
  ["GET /metrics", 200, "own"],
  ["GET /api/v1/openapi.json", 200, "own"],
  ["GET /api/v1/server", 200, "own"],
  ["GET /api/v1/streams", 200, "own"],
  ["GET /api/v1/streams/live/none", 404, "own"],
  ["GET /api/v1/streams/live/demo", 200, "own"],
  ["GET /api/v1/connections", 200, "own"],
  ["GET /api/v1/ended", 200, "own"],
  ["GET /api/v1/pushes", 200, "own"],
  ["GET /api/v1/recordings", 200, "own"],
  ["GET /api/v1/none", 404, "own"],
  ["GET /api/v2", 404, "own"],
  ["PATCH /api/v1/streams", 401, "own"],
  ["PATCH /api/v1/streams", 405, "own", [TOKEN]],
  ["POST /api/v1/token", 204, "own", [TOKEN]],
  ["POST /api/v1/pushes", 401, "own", [JSON_TYPE], BODY],
  ["POST /api/v1/pushes", 201, "own", [JSON_TYPE, TOKEN], BODY],
  ["POST /api/v1/pushes", 400, "own", [JSON_TYPE, TOKEN], "{}"],
  ["POST /api/v1/pushes", 415, "own", [TOKEN], BODY],
  ["POST /api/v1/pushes", 413, "own", [JSON_TYPE, TOKEN], " ".repeat(20_000)],
  ["POST /api/v1/recordings", 409, "own", [JSON_TYPE, TOKEN], BODY],
  ["OPTIONS /live/demo.flv", 204, "all"],
  ["HEAD /live/demo.flv", 200, "all"],
  ["GET /live/demo.flv", 200, "all"],
  ["GET /live/none.flv?wait=0", 404, "all"],
  ["GET /live/demo.flv?mode=none", 400, "all"],
  ["GET /none", 404, "all"],
  ["PUT /live/new.flv", 201, "own"],
  ["PUT /live/new.flv", 403, "own", ["Origin: https://evil.example"]],
  ["PUT /live/new.flv", 400, "own", [], "no FLV"],
  ["PUT /api/x.flv", 404, "own"],
  ["POST /live/new.flv", 415, "own", ["Content-Type: text/plain"]],
  ["PATCH /live/demo.flv", 405, "own"],
  ["GET nonsense", 400, "own"],
  ["GET /live/none.flv?wait=0", 404, "own", UPGRADE],
  ["GET /none", 404, "own", UPGRADE],
  ["GET nonsense", 400, "own", UPGRADE],
  ["GET /live/demo.flv", 400, "own", UPGRADE.slice(0, 2)],
  ["GET /live/demo.flv", 400, "own", [...UPGRADE.slice(0, 3), "Sec-WebSocket-Version: 7"]],
  ["POST /live/demo.flv", 405, "own", UPGRADE],
  ["GET /live/demo.flv", 403, "own", [...UPGRADE, "Origin: https://evil.example", "Cookie: a=b"]],
  ["GET / HTTP/9.9\r\nX:", 400, "own"],
];

/** Sends a request and gives the head of its answer. */
async function ask(http: HttpApp, [line, , , headers = [], body]: Row) {
  const bytes = body === undefined && line.startsWith("PUT")
    ? flvBytes(videoTags(2))
    : new TextEncoder().encode(body ?? "");
  return await headOf(http, [line, ...headers, `Content-Length: ${bytes.length}`], bytes);
}

async function headOf({ httpPort }: HttpApp, [line, ...headers]: string[], body?: Uint8Array) {
  using client = await RawHttpClient.connect(httpPort);
  client.request(line!, ...headers);
  if (body) client.write(body);
  const [first, ...rest] = (await client.text(/^HTTP[^]*?\r\n\r\n/)).trim().split("\r\n");
  return { status: Number(first!.split(" ")[1]), headers: new Headers(pairs(rest)) };
}

function pairs(lines: string[]): [string, string][] {
  return lines.map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]);
}

/** Checks what all answers have in common. */
function check(headers: Headers, reach: Reach, what: string): void {
  const policy = headers.get("content-security-policy") ?? "";
  assert(policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"), what);
  assertEquals(/unsafe|https?:|\*/.test(policy), false, what);
  const given = (name: string) => headers.get(name);
  assertEquals(
    {
      sniff: given("x-content-type-options"),
      referrer: given("referrer-policy"),
      frame: given("x-frame-options"),
      resource: given("cross-origin-resource-policy"),
      cors: given("access-control-allow-origin"),
      credentials: given("access-control-allow-credentials"),
      server: given("server") ?? given("x-powered-by"),
    },
    {
      sniff: "nosniff",
      referrer: "no-referrer",
      frame: "DENY",
      resource: reach === "all" ? "cross-origin" : "same-origin",
      cors: reach === "all" ? "*" : null,
      credentials: null,
      server: null,
    },
    what,
  );
}

Deno.test("every answer keeps browsers from guessing, framing and sharing it", async (test) => {
  await using http = await startLimitedHttpApp({}, "--api-token", "sesame");
  using publisher = await RawClient.publish(http.port, "demo");
  publisher.sendTags(videoTags(3));
  for (const row of ROWS) {
    const [line, status, reach] = row;
    const what = `${line} ${row[3] ?? ""}: ${status}`;
    await test.step(what, async () => {
      const answer = await ask(http, row);
      assertEquals(answer.status, status);
      check(answer.headers, reach, what);
      const isFile = /^(GET|HEAD) (\/|\/page\/(?!none).*)$/.test(line);
      assertEquals(answer.headers.get("cache-control"), isFile ? "no-cache" : "no-store", what);
    });
  }
});

Deno.test("an answer to too many guesses keeps browsers from sharing it", async () => {
  await using http = await startLimitedHttpApp({}, "--api-token", "sesame");
  const guess = ["DELETE /api/v1/pushes/none", "Authorization: Bearer wrong"];
  for (let i = 0; i < 10; i++) assertEquals((await headOf(http, guess)).status, 401);
  const { status, headers } = await headOf(http, guess);
  assertEquals([status, headers.get("cache-control")], [429, "no-store"]);
  check(headers, "own", "429");
});

Deno.test("answers without a free place, and to a head that is late, keep browsers from sharing them", async () => {
  await using http = await startLimitedHttpApp(
    { maxConnectionsPerAddress: 1, headersTimeout: 100, checkInterval: 50 },
  );
  using publisher = await RawClient.publish(http.port, "demo");
  publisher.sendTags(videoTags(3));
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request("GET /live/demo.flv");
  await viewer.text(/FLV/);
  const full = await headOf(http, ["GET /live/demo.flv"]);
  assertEquals([full.status, full.headers.get("retry-after")], [503, "5"]);
  check(full.headers, "all", "503");
  const upgrade = await headOf(http, ["GET /live/demo.flv", ...UPGRADE]);
  assertEquals(upgrade.status, 503);
  check(upgrade.headers, "own", "503 for a WebSocket");
  using slow = await RawHttpClient.connect(http.httpPort);
  slow.write("GET / HTTP/1.1\r\n");
  const [first, ...rest] = (await slow.text(/^HTTP[^]*?\r\n\r\n/)).trim().split("\r\n");
  assertEquals(first, "HTTP/1.1 408 Request Timeout");
  check(new Headers(pairs(rest)), "own", "408");
});
