import { assertEquals, assertMatch } from "@std/assert";
import { LAG_RECOVERY_TIME } from "../../src/channel/lag.ts";
import { LIVE_QUEUE_TIME } from "../../src/channel/tag_outlet.ts";
import { clockAhead } from "../support/clock.ts";
import { RawHttpClient, startHttpApp } from "../support/http.ts";
import { captureLog } from "../support/log.ts";
import { videoTag } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

Deno.test("the log says when a viewer begins to lose frames, and when it keeps up again", async () => {
  await using log = await captureLog();
  await using http = await startHttpApp("--timeout", "600");
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request("GET /live/demo.flv");
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags([videoTag(0)]);
  const ledger = await http.consumer("http-flv");
  await viewer.text(/FLV/);
  const { address, connection } = JSON.parse(JSON.stringify(ledger));
  viewer.stopReading();
  await until("frames to wait for the viewer", () => {
    client.sendTags([videoTag(1, 100_000)]);
    return ledger.inFlight.videoFrames > 5;
  });
  const lines = () => log.records.filter(({ category }) => category.includes("viewer"));
  const said = lines().length;
  const lag = LIVE_QUEUE_TIME + 1_000;
  {
    using _ = clockAhead(lag);
    client.sendTags([videoTag(2)]);
    await until("a line", () => lines().length > said);
  }
  const { level, message, properties } = lines().at(-1)!;
  const about = new RegExp(`^${address} is too slow for live/demo \\(http-flv\\), \\d{6,} bytes`);
  assertMatch(message.join(""), about);
  assertEquals([level, properties.connection], ["warning", connection]);

  viewer.goOnReading();
  {
    using _ = clockAhead(lag);
    const { videoFrames } = ledger.delivered;
    client.sendTags([videoTag(25)]);
    await until("a keyframe to be taken", () => ledger.delivered.videoFrames > videoFrames);
  }
  using _ = clockAhead(lag + LAG_RECOVERY_TIME + 1_000);
  client.sendTags([videoTag(26)]);
  await until("another line", () => lines().length > said + 1);
  const dropped = ledger.dropped["slow-subscriber"]!.videoFrames;
  assertEquals(
    lines().at(-1)!.message.join(""),
    `${address} keeps up with live/demo again: ${dropped} video and 0 audio frames were dropped`,
  );
});
