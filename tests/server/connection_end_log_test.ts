/**
 * What an operator reads when a peer goes: one line, which says how it was.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import { startHttpApp } from "../support/http.ts";
import { captureLog } from "../support/log.ts";
import { videoTags } from "../support/media.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

async function publish(port: number): Promise<RawClient> {
  const client = await RawClient.publish(port, "demo");
  client.sendTags(videoTags(5));
  return client;
}

const ENDED = / has ended: The publisher ended the stream\./;
const CLOSED = / has ended: The publisher closed the connection\./;

/** What the peer does once its five frames have arrived, and what is logged from then on. */
const ENDINGS: [what: string, end: (client: RawClient) => void, lines: RegExp[]][] = [
  [
    "that ends its stream and is reset, as FFmpeg is when it is stopped",
    (client) => {
      client.command("FCUnpublish", 4, null, "demo");
      client.command("deleteStream", 5, null, STREAM_ID);
    },
    [ENDED],
  ],
  ["that closes the connection", (client) => client.end(), [CLOSED]],
  [
    "that is reset in the middle of its stream",
    (client) => client.reset(),
    [CLOSED, /^127\.0\.0\.1:\d+ disconnected: ConnectionReset/],
  ],
];

for (const [what, end, expected] of ENDINGS) {
  Deno.test(`the log has one line about the end of a publisher ${what}`, async () => {
    await using log = await captureLog();
    await using http = await startHttpApp();
    using client = await publish(http.port);
    await until("the frames", () => {
      const [publication] = http.app.rtmp.publications;
      return publication?.ledger.tags.videoFrames === 5;
    });
    const before = log.lines("info", "warning", "error").length;
    end(client);
    if (expected[0] === ENDED) {
      await until(
        "the end of the stream",
        () => log.lines("info").some((line) => ENDED.test(line)),
      );
      client.reset();
    }
    await until("the end of the connection", () =>
      log.lines("debug", "info").some((line) => {
        return /:\d+ disconnected/.test(line);
      }));
    await http.idle();
    const lines = log.lines("info", "warning", "error").slice(before).sort().reverse();
    assertEquals(lines.length, expected.length, lines.join("\n"));
    for (const [i, pattern] of expected.entries()) assertMatch(lines[i]!, pattern);
  });
}

Deno.test("a player that is reset has its line as a viewer, and no other", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp();
  using publisher = await publish(http.port);
  using player = await RawClient.open(http.port);
  player.command("createStream", 2, null);
  player.send(writeCommand(STREAM_ID, "play", 0, null, "demo"));
  await until("the viewer", () => log.lines("info").some((line) => / watches /.test(line)));
  player.reset();
  await until("the end of the connection", () =>
    log.lines("debug", "info").some((line) => {
      return /:\d+ disconnected/.test(line);
    }));
  const lines = log.lines("info", "warning", "error");
  assertEquals(
    lines.filter((line) => / no longer watches live\/demo: 5 video/.test(line)).length,
    1,
  );
  assertEquals(lines.filter((line) => /disconnected/.test(line)), []);
  publisher.end();
  await http.idle();
});

Deno.test("a connection that does nothing has a line, and so does what breaks the protocol", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp();
  using client = await RawClient.open(http.port);
  client.end();
  await until("its line", () => log.lines("info").some((line) => /:\d+ disconnected$/.test(line)));
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: http.port });
  await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await until("a warning", () =>
    log.lines("warning").some((line) => {
      return /:\d+ disconnected: RtmpHandshakeError/.test(line);
    }));
  conn.close();
});
