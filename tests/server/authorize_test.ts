import { assertEquals, assertFalse } from "@std/assert";
import type { Authorization } from "../../src/serve/serve.ts";
import type { StreamRequest } from "../../src/publication/publication.ts";
import { captureLog } from "../support/log.ts";
import { collect } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";

type Answer = () => Authorization | Promise<Authorization>;

const REFUSALS: [what: string, authorize: Answer, code: string, description: string][] = [
  [
    "a refusal",
    () => ({ code: "NetStream.Publish.Unauthorized", description: "Not on Sundays" }),
    "NetStream.Publish.Unauthorized",
    "Not on Sundays",
  ],
  [
    "a refusal without a code",
    () => Promise.resolve({ description: "Not you" }),
    "NetStream.Publish.Denied",
    "Not you",
  ],
  [
    "no answer in time",
    () => new Promise<true>(() => {}),
    "NetStream.Publish.Denied",
    "The server could not decide in time",
  ],
  [
    "an error",
    () => {
      throw new Error("the database is at 10.0.0.7");
    },
    "NetStream.Publish.Denied",
    "The server could not decide",
  ],
  [
    "a rejection",
    () => Promise.reject(new Error("the database is at 10.0.0.7")),
    "NetStream.Publish.Denied",
    "The server could not decide",
  ],
];

for (const [what, authorize, code, description] of REFUSALS) {
  Deno.test(`authorize: ${what} keeps the publisher out and tells it so`, async () => {
    await using log = await captureLog();
    await using app = collect({ authorize, authorizeTimeout: 50 });
    using client = await RawClient.open(app.port);
    client.askToPublish("demo");
    assertEquals(await client.status(code), { level: "error", code, description });
    await client.closed();
    assertFalse(client.statuses.some(({ code }) => code === "NetStream.Publish.Start"));
    assertEquals(app.received, []);
    assertEquals(app.server.ledger.refused, 1);
    assertEquals(log.lines("warning"), [
      log.lines("warning").find((line) => line.endsWith(`was refused live/demo: ${description}`)),
    ]);
  });
}

Deno.test("authorize is asked once, with everything the publisher has said", async () => {
  const asked: StreamRequest[] = [];
  await using app = collect({
    authorize(request) {
      asked.push(request);
      return Promise.resolve<Authorization>(true);
    },
  });
  using _client = await RawClient.publish(app.port, "demo?key=a&x=1", "live/inst?key=b&y=2");
  await app.publication(0);
  assertEquals(asked.length, 1);
  const { kind, app: name, name: stream, params, remoteAddr, tcUrl } = asked[0]!;
  assertEquals({ kind, name, stream }, { kind: "publish", name: "live/inst", stream: "demo" });
  assertEquals([...params], [["key", "a"], ["x", "1"], ["y", "2"]]);
  assertEquals(tcUrl, `rtmp://127.0.0.1:${app.port}/live/inst?key=b&y=2`);
  assertEquals(remoteAddr.startsWith("127.0.0.1:"), true);
});
