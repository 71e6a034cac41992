import { assert, assertEquals } from "@std/assert";
import { writeCommand } from "../../../src/message/command.ts";
import { DEFAULT_LIMITS } from "../../../src/session/limits.ts";
import { clockAhead } from "../../support/clock.ts";
import { type HttpApp, startHttpApp } from "../../support/http.ts";
import { videoTags } from "../../support/media.ts";
import { type MetricsText, metricsUntil, readMetrics } from "../../support/prometheus.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

/** More than an answer is kept. */
const NEXT_ANSWER = 1_100;

/** Publications of a client whose handlers need not have settled: less than the server allows. */
const AHEAD = DEFAULT_LIMITS.maxMessageStreams / 2;

/** Less than a stream that has ended is shown, and more than that. */
const STILL_SHOWN = 4 * 60_000;
const FORGOTTEN = 6 * 60_000;

/** The answer of a server whose clock is so much ahead. */
async function metricsAfter(http: HttpApp, milliseconds: number): Promise<MetricsText> {
  using _clock = clockAhead(milliseconds);
  return await readMetrics(http.url);
}

/** Publishes some frames, and returns when that is over. */
async function publish(http: HttpApp, name: string, frames: number): Promise<void> {
  using client = await RawClient.publish(http.port, name);
  client.sendTags(videoTags(frames));
  client.command("FCUnpublish", 4, null, name);
  await until("the publication", () => http.app.rtmp.ledger.publications > 0);
  await http.idle();
}

/** Nothing that counts may ever be less than before, unless its stream has been forgotten. */
function assertGrown(before: MetricsText, after: MetricsText): void {
  for (const [series, value] of before.values) {
    const isCounter = /_(total|count|bucket|sum)\{/.test(series);
    if (!isCounter || (series.includes("stream=") && !after.values.has(series))) continue;
    const now = after.values.get(series);
    assert(now !== undefined && now >= value, `${series} was ${value} and is ${now}`);
  }
}

const VIDEO = { media: "video" };
const RECEIVED = "sluice_received_frames_total";
const STREAM_RECEIVED = "sluice_stream_received_frames_total";

Deno.test("counters go on when a stream ends and when it comes back", async () => {
  await using http = await startHttpApp();
  const response = await fetch(`${http.url}/live/demo.flv?wait=60`, { method: "HEAD" });
  assertEquals(response.status, 404);
  let before = await readMetrics(http.url);
  for (let round = 1; round <= 3; round++) {
    await publish(http, "demo", 10);
    const after = await metricsUntil(
      http.url,
      "all frames",
      (metrics) => metrics.get(RECEIVED, VIDEO) === 10 * round,
    );
    assertEquals(after.get(STREAM_RECEIVED, { stream: "live/demo", ...VIDEO }), 10 * round);
    assertEquals(after.get("sluice_stream_publications_total", { stream: "live/demo" }), round);
    assertEquals(after.get("sluice_stream_live", { stream: "live/demo" }), 0);
    assertGrown(before, after);
    before = after;
  }
});

Deno.test("a viewer that stays from one publication to the next is counted once", async () => {
  await using http = await startHttpApp();
  const watching = fetch(`${http.url}/live/demo.flv`);
  let before = await readMetrics(http.url);
  for (let round = 1; round <= 3; round++) {
    // Nothing is said, so that the viewer waits for it to come back.
    using client = await RawClient.publish(http.port, "demo");
    client.sendTags(videoTags(10));
    if (round === 1) (await watching).body!.pipeTo(new WritableStream()).catch(() => {});
    const after = await metricsUntil(http.url, `the frames of round ${round}`, (metrics) => {
      const labels = { kind: "http-flv", ...VIDEO };
      return metrics.get("sluice_delivered_frames_total", labels) === 10 * round;
    });
    assertGrown(before, after);
    before = after;
    client.end();
    await http.idle();
  }
});

Deno.test("a stream that has ended is shown for a while; the sums of all go on", async () => {
  await using http = await startHttpApp();
  await publish(http, "demo", 10);
  const stream = "live/demo";
  const before = await metricsAfter(http, NEXT_ANSWER);
  const after = await metricsAfter(http, STILL_SHOWN);
  for (const metrics of [before, after]) {
    assertEquals(metrics.get(STREAM_RECEIVED, { stream, ...VIDEO }), 10);
  }
  const forgotten = await metricsAfter(http, FORGOTTEN);
  assertEquals([...forgotten.values.keys()].filter((series) => series.includes(stream)), []);
  assertEquals(forgotten.get(RECEIVED, VIDEO), 10);
  assertGrown(before, after);
  assertGrown(after, forgotten);
});

Deno.test("there are metrics of a thousand streams at most, the latest", async () => {
  await using http = await startHttpApp();
  const count = 1_010;
  using client = await RawClient.open(http.port);
  client.command("createStream", 2, null);
  for (let i = 0; i < count; i++) {
    client.send(writeCommand(STREAM_ID, "publish", 3, null, `demo${i}`, "live"));
    client.send(writeCommand(STREAM_ID, "closeStream", 4, null));
    // A peer may not publish ahead of what is still being dealt with.
    await until("the publications", () => http.app.rtmp.ledger.publications > i - AHEAD);
  }
  await until("all publications", () => http.app.rtmp.ledger.publications === count);
  await http.idle();
  const metrics = await metricsAfter(http, NEXT_ANSWER);
  const streams = [...metrics.values.keys()].filter((key) => key.startsWith("sluice_stream_live{"));
  assertEquals(streams.length, 1_000);
  assertEquals(metrics.get("sluice_publications_total"), count);
  assert(!metrics.has("sluice_stream_live", '"live/demo9"'));
  assert(metrics.has("sluice_stream_live", '"live/demo10"'));
});

Deno.test("a path of thousands of characters is a short label", async () => {
  await using http = await startHttpApp();
  await publish(http, "x".repeat(4000), 1);
  const metrics = await metricsAfter(http, NEXT_ANSWER);
  const longest = Math.max(...Array.from(metrics.values.keys(), ({ length }) => length));
  assert(longest < 400, `${longest} characters`);
});
