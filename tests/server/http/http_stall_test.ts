import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIVE_QUEUE_BYTES } from "../../../src/channel/tag_outlet.ts";
import { FlvReader, RawHttpClient, startHttpApp } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { memoryInUse } from "../../support/memory.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import { UPGRADE } from "../../support/websocket.ts";

/** Bytes of a frame; with each of them the publisher gives the server time to send it on. */
const FRAME = 200_000;

/** Bytes of memory beside the queue and what the test itself keeps: buffers of both viewers. */
const SPARE_MEMORY = 32 * 1024 * 1024;

for (
  const [kind, headers] of [["http-flv", []], ["ws-flv", UPGRADE]] as [string, string[]][]
) {
  Deno.test(`a viewer over ${kind} that takes nothing costs a bounded queue, and is cut off in the end`, async () => {
    await using log = await captureLog();
    await using http = await startHttpApp("--timeout", "4");
    using stalled = await RawHttpClient.connect(http.httpPort);
    stalled.request("GET /live/demo.flv", ...headers);
    const watching = fetch(`${http.url}/live/demo.flv`);
    using client = await RawClient.publish(http.port, "demo");
    client.sendTags([videoTag(0, FRAME)]);
    const other = new FlvReader((await watching).body!);
    const ledger = await http.consumer(kind);
    await stalled.text(/^HTTP\/1\.1 (200|101)/);
    stalled.stopReading();

    const before = await memoryInUse();
    let sent = 1;
    let most = 0;
    await until("the viewer to be cut off", async () => {
      client.send(mediaMessage(videoTag(sent++, FRAME)));
      await client.flushed();
      most = Math.max(most, ledger.inFlight.videoFrames);
      return !http.app.rtmp.publications[0]!.ledger.consumers.includes(ledger);
    });
    assert(most * FRAME <= LIVE_QUEUE_BYTES + FRAME, `${most} frames waited`);
    const kept = other.tags.length * FRAME;
    assert(await memoryInUse() - before - kept < LIVE_QUEUE_BYTES + SPARE_MEMORY);
    assertEquals(ledger.balance(), 0);
    const line = log.lines("info").find((line) => line.includes("is disconnected"));
    assertMatch(line ?? "", /read nothing of live\/demo for 4 s/);
    stalled.goOnReading();
    await until("the connection to be gone", () => stalled.closed);

    client.command("FCUnpublish", 4, null, "demo");
    await other.done;
    assertEquals(other.tags.length, sent);
    assertEquals(other.tags.map(({ timestamp }) => timestamp / 40), [...other.tags.keys()]);
    await http.idle();
  });
}
