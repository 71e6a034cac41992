import { assert, assertEquals, assertMatch } from "@std/assert";
import denoJson from "../../../deno.json" with { type: "json" };
import { FlvReader, startHttpApp } from "../../support/http.ts";
import { fixtureTags, mediaMessage, videoTag, videoTags } from "../../support/media.ts";
import { metricsUntil, readMetrics } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";

Deno.test("/metrics counts what comes in and what goes out, by stream and in all", async () => {
  await using http = await startHttpApp();
  const watching = fetch(`${http.url}/live/demo.flv`);
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(await fixtureTags());
  const viewer = new FlvReader((await watching).body!);
  const stream = "live/demo";
  const metrics = await metricsUntil(
    http.url,
    "all frames at the viewer",
    (metrics) =>
      metrics.get("sluice_stream_delivered_frames_total", {
        ...{ stream, kind: "http-flv", media: "audio" },
      }) === 88,
  );
  for (const [prefix, labels] of [["sluice_stream", { stream }], ["sluice", {}]] as const) {
    const get = (name: string, more: Record<string, string> = {}) =>
      metrics.get(`${prefix}_${name}`, { ...labels, ...more });
    assertEquals(get("publications_total"), 1);
    assertEquals(get("received_frames_total", { media: "video" }), 60);
    assertEquals(get("received_frames_total", { media: "audio" }), 88);
    assertEquals(get("delivered_frames_total", { kind: "http-flv", media: "video" }), 60);
    assertEquals(get("consumers", { kind: "http-flv" }), 1);
    assertEquals(get("in_flight_frames", { kind: "http-flv", media: "video" }), 0);
    assertEquals(get("ledger_balance_tags"), 0);
    assert(get("media_bytes_per_second") > 1000);
    assert(get("video_frames_per_second") > 1);
    const size = client.messages.length && get("received_bytes_total");
    assert(size > 10_000 && size < http.app.rtmp.connections[0]!.bytesReceived);
  }
  assertEquals(metrics.get("sluice_stream_live", { stream }), 1);
  assertEquals(metrics.get("sluice_streams"), 1);
  assertEquals(metrics.get("sluice_rtmp_connections"), 1);
  assertEquals(metrics.get("sluice_rtmp_connections_accepted_total"), 1);
  assert(metrics.get("sluice_rtmp_received_bytes_total") > 10_000);
  assert(metrics.get("sluice_rtmp_sent_bytes_total") > 3000);
  assert(metrics.get("sluice_http_connections") >= 1);
  assert(metrics.get("sluice_http_sent_bytes_total") > 10_000);
  client.command("FCUnpublish", 4, null, "demo");
  await viewer.done;
});

Deno.test("/metrics tells of the process", async () => {
  await using http = await startHttpApp();
  const metrics = await metricsUntil(
    http.url,
    "a measurement",
    (metrics) => metrics.get("sluice_event_loop_delay_seconds_count") > 0,
  );
  const { version } = denoJson;
  assertEquals(metrics.get("sluice_build_info", { version, deno: Deno.version.deno }), 1);
  const age = Date.now() / 1000 - metrics.get("sluice_start_time_seconds");
  assert(age > 0 && age < 3600);
  assert(metrics.get("sluice_cpu_seconds_total") > 0.01);
  const of = (name: string) => metrics.get(`sluice_${name}_bytes`);
  assert(of("resident_memory") > of("heap_used") && of("heap_total") >= of("heap_used"));
  assert(of("heap_used") > 1e6 && of("external_memory") > 0);
});

Deno.test("/metrics counts who was refused and who broke off, by reason", async () => {
  await using http = await startHttpApp("--stream-key", "secret", "--max-connections", "1");
  using stranger = await RawClient.open(http.port);
  stranger.askToPublish("demo?key=wrong");
  await stranger.closed();
  stranger[Symbol.dispose]();
  const put = await fetch(`${http.url}/live/demo.flv?key=wrong`, { method: "PUT", body: "FLV" });
  await put.body?.cancel();
  await metricsUntil(
    http.url,
    "no connections",
    (metrics) => metrics.get("sluice_rtmp_connections") === 0,
  );

  using silent = await RawClient.connect(http.port);
  await metricsUntil(http.url, "one", (metrics) => metrics.get("sluice_rtmp_connections") === 1);
  using next = await RawClient.open(http.port);
  await silent.closed();
  silent[Symbol.dispose]();
  using tooMany = await RawClient.connect(http.port);
  await tooMany.closed();
  const metrics = await metricsUntil(
    http.url,
    "a failed handshake",
    (metrics) => metrics.get("sluice_rtmp_handshake_failures_total") === 1,
  );
  const refused = (reason: string) =>
    metrics.get("sluice_rtmp_connections_refused_total", { reason });
  assertEquals([refused("made-room"), refused("too-many")], [1, 1]);
  assertEquals(metrics.get("sluice_requests_refused_total", { reason: "not-authorized" }), 2);
  assertEquals(next.ended, false);
});

Deno.test("/metrics counts what was discarded and dropped, by reason", async () => {
  await using http = await startHttpApp();
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(videoTags(3));
  client.send({ ...mediaMessage(videoTag(0)), typeId: 99 });
  const response = await fetch(`${http.url}/live/demo.flv?audio=0`);
  client.sendTags([{ type: "audio", timestamp: 100, data: Uint8Array.of(0x2f, 1, 2) }]);
  const labels = { kind: "http-flv", reason: "not-wanted", media: "audio" };
  const metrics = await metricsUntil(
    http.url,
    "a dropped frame",
    (metrics) => metrics.get("sluice_dropped_frames_total", labels) === 1,
  );
  const stream = "live/demo";
  assertEquals(metrics.get("sluice_stream_dropped_frames_total", { stream, ...labels }), 1);
  const reason = "unknown-type";
  assertEquals(metrics.get("sluice_discarded_messages_total", { reason }), 1);
  assertEquals(metrics.get("sluice_stream_discarded_messages_total", { stream, reason }), 1);
  await response.body!.cancel();
});

Deno.test("/metrics shows a name of every odd character as the label that it is", async () => {
  await using http = await startHttpApp();
  const name = 'a"b\\c{d}=e,f #g\r\tÄ\u2028\u{1f3a5}\\n\nsluice_streams 7';
  using client = await RawClient.publish(http.port, name);
  client.sendTags(videoTags(1));
  const stream = `live/${name}`;
  const metrics = await metricsUntil(
    http.url,
    "the stream",
    (metrics) => metrics.get("sluice_stream_live", { stream }) === 1,
  );
  assertEquals(metrics.get("sluice_streams"), 1);
});

Deno.test("/metrics follows Prometheus in its names", async () => {
  await using http = await startHttpApp();
  for (const [name, { type, help }] of (await readMetrics(http.url)).heads) {
    assertMatch(name, /^sluice_[a-z]+(_[a-z]+)*$/);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    assert(/^[A-Z0-9].*[^.]$/.test(help), `${name}: ${help}`);
    assert(!/_(ms|milliseconds|kb|mb|bits|percent)(_|$)/.test(name), name);
  }
});
