import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import {
  flvBytes,
  FlvReader,
  type HttpApp,
  RawHttpClient,
  SlowPut,
  startHttpApp,
} from "../../support/http.ts";
import { fixtureTags, tagsOf, videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { clockAhead } from "../../support/clock.ts";
import { stopped, until } from "../../support/wait.ts";

interface Answer {
  status: number;
  body: { error?: string; messages?: number };
  headers: Headers;
}

async function put(
  { url }: HttpApp,
  body: BodyInit,
  { path = "/live/demo.flv", headers = {} }: { path?: string; headers?: HeadersInit } = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, { method: "PUT", body, headers });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

function ended({ app }: HttpApp): Promise<string> {
  return until("a publication", () => app.rtmp.publications[0]).then(async ({ closed }) => {
    const { reason, description } = await closed;
    return `${reason}: ${description}`;
  });
}

Deno.test("PUT publishes the tags of an FLV file, and a viewer gets the very same", async () => {
  await using http = await startHttpApp();
  const sent = await fixtureTags();
  const file = flvBytes(sent);
  const watching = fetch(`${http.url}/live/demo.flv`).then((response) => response.bytes());
  const end = ended(http);
  const answer = await put(http, file, { headers: { "user-agent": "test" } });
  assertEquals([answer.status, answer.body], [201, { path: "live/demo", messages: sent.length }]);
  assertEquals(await watching, file);
  assertEquals(await end, "unpublished: The publisher ended the stream");
  await http.idle();
  assertEquals(http.app.rtmp.ledger.publications, 1);
});

Deno.test("PUT counts bytes and tags, and keeps to the pace of the slowest that may hold it", async () => {
  await using http = await startHttpApp("--allow-lossless-viewers");
  const frames = Array.from({ length: 300 }, (_, i) => videoTag(i, 100_000));
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request("GET /live/demo.flv?mode=lossless&wait=3600");
  using publisher = await SlowPut.begin(http);
  publisher.send(flvBytes(frames.slice(0, 1)));
  await viewer.text(/FLV/);
  viewer.stopReading();
  for (const frame of frames.slice(1)) publisher.send(flvBytes([frame]).subarray(13));
  publisher.end();
  const { ledger } = http.app.rtmp.publications[0]!;
  const held = await stopped("the publisher to be held back", () => ledger.connection.bytes);
  assert(ledger.received.videoFrames < 300, `${ledger.received.videoFrames} frames`);
  assert(held < 20_000_000, `${held} bytes`);
  viewer.goOnReading();
  await publisher.client.text(/^HTTP\/1\.1 201/);
  assertEquals(ledger.connection.bytes, 13 + 300 * 100_015);
  assertEquals(ledger.received.videoFrames, 300);
  await http.idle();
});

Deno.test("PUT of what is no FLV file, or ends inside a tag, is a bad request", async () => {
  await using http = await startHttpApp();
  const file = flvBytes([videoTag(0), videoTag(1)]);
  const bad: [what: string, body: Uint8Array<ArrayBuffer>, error: RegExp][] = [
    ["text", new TextEncoder().encode("This is no FLV file"), /FLV header.*54 68 69 73/],
    ["nothing", new Uint8Array(0), /too short/],
    ["half a header", file.slice(0, 5), /too short/],
    ["half a tag", file.slice(0, -100), /ends inside a tag/],
    ["a tag, and then rubbish", concat([file.slice(0, 13), new Uint8Array(50).fill(0xff)]), /tag/],
  ];
  for (const [what, body, error] of bad) {
    const answer = await put(http, body);
    assertEquals(answer.status, 400, what);
    assertMatch(answer.body.error ?? "", error, what);
  }
  await http.idle();
});

Deno.test("PUT needs the stream key, as a parameter or as a bearer token", async () => {
  await using http = await startHttpApp("--stream-key", "secret", "--app", "live");
  const file = flvBytes([videoTag(0)]);
  const none = await put(http, file);
  assertEquals([none.status, none.headers.get("www-authenticate")], [401, "Bearer"]);
  const text = "The stream key is missing or wrong";
  assertEquals(none.body.error, `Unauthorized: ${text}`);
  const wrong = await put(http, file, { path: "/live/demo.flv?key=other" });
  assertEquals([wrong.status, wrong.body.error], [403, `Forbidden: ${text}`]);
  const other = await put(http, file, { path: "/other/demo.flv?key=secret" });
  assertEquals([other.status, other.body.error], [
    403,
    "Forbidden: The app other is not served here",
  ]);
  assertEquals((await put(http, file, { path: "/live/demo.flv?key=secret" })).status, 201);
  await http.idle();
  const bearer = { authorization: "Bearer secret" };
  assertEquals((await put(http, file, { headers: bearer })).status, 201);
  await http.idle();
  assertEquals(http.app.rtmp.ledger.refused, 3);
});

Deno.test("PUT under a name that is taken is a conflict, and the holder goes on", async () => {
  await using http = await startHttpApp();
  using holder = await RawClient.publish(http.port, "demo?key=mine");
  const answer = await put(http, flvBytes([videoTag(0)]), { path: "/live/demo.flv?key=other" });
  assertEquals([answer.status, answer.body.error], [
    409,
    "Conflict: Another publisher is already publishing live/demo",
  ]);
  assertEquals(holder.ended, false);
});

Deno.test("PUT takes the name over from an earlier PUT, which is answered why it ends", async () => {
  await using http = await startHttpApp();
  using ghost = await SlowPut.begin(http);
  ghost.send(flvBytes([videoTag(0)]));
  await until("a publication", () => http.app.rtmp.publications[0]);
  assertEquals((await put(http, flvBytes([videoTag(0)]))).status, 201);
  await ghost.client.text(/^HTTP\/1\.1 409[^]*Another publisher has taken over this name/);
  await http.idle();
});

Deno.test("PUT whose connection breaks has disconnected, and what came is kept", async () => {
  await using http = await startHttpApp();
  const watching = fetch(`${http.url}/live/demo.flv`);
  const end = ended(http);
  const file = flvBytes([videoTag(0), videoTag(1), videoTag(2)]);
  const publisher = await SlowPut.begin(http);
  publisher.send(file.subarray(0, file.length - 50));
  const reader = new FlvReader((await watching).body!);
  await until("two frames", () => reader.tags.length === 2);
  publisher[Symbol.dispose]();
  assertMatch(await end, /^disconnected: /);
  assertEquals(reader.tags, [videoTag(0), videoTag(1)]);
  await http.idle();
  // Viewers are kept for a while, in case it comes back.
  assertEquals((await put(http, flvBytes([videoTag(0)]))).status, 201);
  await reader.done;
  assertEquals(reader.tags.length, 3);
  assert(reader.tags[2]!.timestamp > reader.tags[1]!.timestamp);
  await http.idle();
});

Deno.test("PUT that sends nothing is waited for only so long", async () => {
  await using http = await startHttpApp("--timeout", "30");
  using publisher = await SlowPut.begin(http);
  publisher.send(flvBytes([videoTag(0)]));
  await until("a frame", () => http.app.rtmp.publications[0]?.ledger.tags.videoFrames === 1);
  using _ = clockAhead(31_000);
  await publisher.client.text(/^HTTP\/1\.1 400[^]*nothing received for 30 s/);
  await http.idle();
});

Deno.test("PUT ends with the server, which does not wait for it", async () => {
  await using http = await startHttpApp();
  using publisher = await SlowPut.begin(http);
  publisher.send(flvBytes([videoTag(0)]));
  const watching = fetch(`${http.url}/live/demo.flv`).then((response) => response.bytes());
  await http.consumer("http-flv");
  await http.app.shutdown();
  assertEquals(tagsOf(await watching), [videoTag(0)]);
  await publisher.client.text(/^HTTP\/1\.1 409[^]*The server is shutting down/);
});

Deno.test("PUT of rubbish takes no publisher's name", async () => {
  await using app = await startHttpApp();
  using holder = await RawClient.publish(app.app.rtmp.addr.port, "demo");
  for (const body of ["", "rubbish".repeat(100)]) assertEquals((await put(app, body)).status, 400);
  holder.sendTags([videoTag(0)]);
  await until("the holder to go on", () => {
    const [publication] = app.app.rtmp.publications;
    return publication?.ledger.received.videoFrames === 1;
  });
  assertEquals(holder.ended, false);
});
