/**
 * Publishing by POST, which is FFmpeg's way; and what no page may do by it.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { clip, publishClip } from "../../support/ffmpeg.ts";
import { flvBytes, startHttpApp } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { videoTags } from "../../support/media.ts";
import { toolTest } from "../../support/tools.ts";
import { until } from "../../support/wait.ts";

const BODY = flvBytes(videoTags(3));

for (const type of [undefined, "video/x-flv", "application/octet-stream"]) {
  Deno.test(`POST of ${type ?? "no type"} publishes as PUT does`, async () => {
    await using http = await startHttpApp();
    const headers = type === undefined ? {} : { "content-type": type };
    const response = await fetch(`${http.url}/live/demo.flv`, {
      method: "POST",
      body: BODY,
      headers,
    });
    assertEquals(response.status, 201);
    assertEquals(await response.json(), { path: "live/demo", messages: 4 });
    assertEquals(http.app.rtmp.ledger.publications, 1);
    await http.idle();
  });
}

const FORMS = [
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  " Text/Plain ; charset=UTF-8",
];

for (const type of FORMS) {
  Deno.test(`POST of ${type} is refused: any page can have a form send it`, async () => {
    await using http = await startHttpApp();
    const headers = { "content-type": type };
    const request = { method: "POST", body: BODY, headers };
    const response = await fetch(`${http.url}/live/demo.flv`, request);
    assertEquals([response.status, response.headers.get("connection")], [415, "close"]);
    assertMatch(
      (await response.json()).error,
      /^Unsupported media type: .* must be FLV, .* video\/x-flv/,
    );
    assertEquals(http.app.rtmp.ledger.publications, 0);
  });
}

Deno.test("POST needs the stream key as PUT does", async () => {
  await using http = await startHttpApp("--stream-key", "secret");
  const post = async (query: string) => {
    const request = { method: "POST", body: BODY };
    const response = await fetch(`${http.url}/live/demo.flv${query}`, request);
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await post(""), await post("?key=x"), await post("?key=secret")], [401, 403, 201]);
  await http.idle();
});

await toolTest(["ffmpeg"], "FFmpeg publishes to an http URL without another option", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp();
  await publishClip(await clip("b-frames"), `${http.url}/live/demo.flv`);
  await http.idle();
  const line = await until("the end", () => log.lines("info").find((l) => / has ended/.test(l)));
  assertMatch(line, /live\/demo has ended: The publisher ended the stream\. Received 60 video/);
  assertEquals(log.lines("warning", "error"), []);
});
