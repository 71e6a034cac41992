/**
 * Publishers over HTTP that close their connection right behind their last byte, as FFmpeg does.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { assertEquals, assertMatch } from "@std/assert";
import { flvBytes, startHttpApp } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { videoTags } from "../../support/media.ts";
import { until } from "../../support/wait.ts";

/** Few enough to arrive in the same moment as the end of the connection. */
const FRAMES = 60;
const BODY = flvBytes(videoTags(FRAMES));

const text = (line: string) => new TextEncoder().encode(line);

/** A request whose body is one chunk, which says that it is longer by `missing` bytes than it is. */
function request(missing: number): Uint8Array {
  return concat([
    text("POST /live/demo.flv HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n"),
    text(`${(BODY.length + missing).toString(16)}\r\n`),
    BODY,
    missing > 0 ? new Uint8Array(0) : text("\r\n0\r\n\r\n"),
  ]);
}

for (
  const [what, missing, end] of [
    ["a whole body", 0, "The publisher ended the stream"],
    ["a body that is not complete", 1000, "aborted"],
  ] as const
) {
  Deno.test(`every frame of ${what} arrives, though the publisher closes right after it`, async () => {
    await using log = await captureLog();
    await using http = await startHttpApp();
    const conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(new URL(http.url).port),
    });
    const bytes = request(missing);
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    conn.close();
    const line = await until(
      "the end",
      () => log.lines("info").find((line) => / has ended/.test(line)),
    );
    assertMatch(
      line,
      new RegExp(`live/demo has ended: ${end}\\. Received (${FRAMES}|${FRAMES + 1})`),
    );
    assertEquals(log.lines("error"), []);
    await http.idle();
  });
}
