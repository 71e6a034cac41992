import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HTTPException } from "hono/http-exception";
import { ServerLedger } from "../../../src/ledger/server_ledger.ts";
import { authorizeView, type ViewContext } from "../../../src/server/media/view.ts";
import type { StreamRequest } from "../../../src/publication/publication.ts";
import { publishRequest } from "../../support/publications.ts";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { RawClient } from "../../support/raw_client.ts";
import { UPGRADE } from "../../support/websocket.ts";

Deno.test("viewers over HTTP are asked for the same as players over RTMP", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp("--app", "live");
  for (
    const [request, ...headers] of [
      ["GET /other/demo.flv"],
      ["HEAD /other/demo.flv"],
      ["GET /live/inst/demo.flv"],
      ["GET /other/demo.flv", ...UPGRADE],
    ]
  ) {
    using client = await RawHttpClient.connect(http.httpPort);
    client.request(request!, ...headers);
    await client.text(/^HTTP\/1\.1 403 /);
    if (request!.startsWith("GET")) await client.text(/The app \S+ is not served here/);
  }
  assertEquals(http.app.rtmp.ledger.refused, 4);
  const warnings = log.records.filter(({ level }) => level === "warning");
  assertEquals(warnings.length, 4);
  assertMatch(warnings[0]!.message.join(""), /^127.*was refused other\/demo: The app other/);
  assertMatch(String(warnings[0]!.properties.connection), /^[\da-f-]{36}$/);
  assertEquals((await fetch(`${http.url}/live/demo.flv`, { method: "HEAD" })).status, 404);
});

Deno.test("the stream key is for publishers: viewers need none, and what they show is not judged", async () => {
  await using http = await startHttpApp("--stream-key", "sesame");
  using _client = await RawClient.publish(http.port, "demo?key=sesame");
  for (const query of ["", "?key=wrong"]) {
    const response = await fetch(`${http.url}/live/demo.flv${query}`, { method: "HEAD" });
    assertEquals(response.status, 200, query);
  }
});

const NO_ANSWERS: [what: string, answer: () => unknown][] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["1", () => 1],
  ['"true"', () => "true"],
  ["{}", () => ({})],
  ["a promise of undefined", () => Promise.resolve()],
  ["a description that is no text", () => ({ description: 5 })],
  ["an error", () => {
    throw new Error("broken");
  }],
];

for (const [what, answer] of NO_ANSWERS) {
  Deno.test(`authorizeView() keeps a viewer out when the answer is ${what}, counts it and logs why`, async () => {
    await using log = await captureLog();
    const ledger = new ServerLedger();
    const rules = { timeout: 30_000, allowLossless: false, authorize: answer };
    const context = { ledger, rules } as unknown as ViewContext;
    const request: StreamRequest = { ...publishRequest(), kind: "play" };
    const error = await assertRejects(() => authorizeView(context, request), HTTPException);
    assertEquals([error.status, error.message], [403, "Forbidden: The server could not decide"]);
    assertEquals(ledger.refusals, { "not-authorized": 1 });
    assert(log.lines("error")[0]!.startsWith("authorize failed for live/demo: "));
  });
}
