/**
 * A server that has stood still for longer than its peers may be silent: a suspended machine, a
 * stopped container, a breakpoint.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Channel } from "../../src/channel/channel.ts";
import { LIVE_QUEUE_TIME } from "../../src/channel/tag_outlet.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { PublisherRegistry } from "../../src/serve/publisher_registry.ts";
import { answerAdobeRejection } from "../../src/session/adobe_auth.ts";
import { AdobeGate } from "../../src/session/server/adobe_gate.ts";
import { MessageInput } from "../../src/session/server/message_input.ts";
import { atIntervals } from "../../src/time/at_intervals.ts";
import { clockAhead, standStill } from "../support/clock.ts";
import { flvBytes, RawHttpClient, SlowPut, startLimitedHttpApp } from "../support/http.ts";
import { videoTag } from "../support/media.ts";
import { collect, publishRequest } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

/** Longer than anything waits. */
const LONG = 600_000;

/** Resolves when a server has looked for silent peers since it was called: it does each second. */
async function looked(): Promise<void> {
  let looks = 0;
  const stop = atIntervals(1_000, () => looks++);
  await until("two looks", () => looks === 2);
  stop();
}

Deno.test("peers that say nothing have their time again when the server has stood still", async () => {
  await using http = await startLimitedHttpApp({ headersTimeout: 10_000 }, "--timeout", "10");
  const { rtmp } = http.app;
  using publisher = await RawClient.publish(http.port, "rtmp");
  publisher.sendTags([videoTag(0)]);
  using put = await SlowPut.begin(http, "/live/put.flv");
  put.send(flvBytes([videoTag(0)]));
  using asking = await RawHttpClient.connect(http.httpPort);
  asking.write("GET / HTTP/1.1\r\n");
  // It does not answer pings.
  using player = await RawClient.open(http.port);
  player.command("createStream", 2, null);
  player.streamCommand(1, "play", "rtmp");
  await until("all of them", () => rtmp.publications.length === 2 && rtmp.connections.length === 2);
  await http.consumer("rtmp-play");

  standStill(LONG);
  await looked();
  assertEquals(
    [publisher.ended, player.ended, put.client.closed, asking.closed],
    [false, false, false, false],
  );
  assertEquals(rtmp.publications.length, 2);

  // When they say nothing after that either, they are cut off as always.
  using _ = clockAhead(11_000);
  await publisher.closed();
  await player.closed();
  await put.client.text(/^HTTP\/1\.1 400[^]*nothing received for 10 s/);
  await asking.text(/^HTTP\/1\.1 408/);
  await http.idle();
});

Deno.test("a publisher is not taken for lost because the server has stood still", async () => {
  await using app = collect();
  using holder = await RawClient.publish(app.port, "demo?key=mine");
  standStill(LONG);
  using stranger = await RawClient.open(app.port);
  stranger.askToPublish("demo?key=other");
  await stranger.status("NetStream.Publish.BadName");
  assert(!holder.ended);
});

Deno.test("two encoders do not take a name in turn because the server has stood still", async () => {
  // A server always watches for standstills.
  await using _server = collect();
  const names = new PublisherRegistry();
  const claim = () => {
    const input = new MessageInput(
      publishRequest(),
      new ReceivedCounts(),
      (description) => input.end({ reason: "closed", description }),
    );
    input.publication.ledger.received.videoFrames = 1;
    return names.claim(input.publication, () => 0)?.description;
  };
  assertEquals([claim(), claim()], [undefined, undefined]);
  standStill(LONG);
  assertMatch(String(claim()), /^Two encoders publish/);
});

Deno.test("a client's challenge is still good when the server has stood still", async () => {
  await using _server = collect();
  const gate = new AdobeGate(() => "secret");
  const first = await gate.admit("live?authmod=adobe&user=joe", "a");
  const login = { user: "joe", password: "secret" };
  const query = answerAdobeRejection(first!.description, login, "abc123");
  standStill(LONG);
  assertEquals(await gate.admit(`live?${query}`, "a"), undefined);
});

Deno.test("a viewer has neither stalled nor lagged because the server has stood still", async () => {
  await using _server = collect();
  const channel = new Channel();
  const viewer = channel.subscribe({ kind: "http-flv", mode: "live" });
  const { readable, writable } = new TransformStream<FlvTag>();
  const running = channel.run(readable, new PublicationLedger(new ReceivedCounts()));
  const writer = writable.getWriter();
  await writer.write(videoTag(0));
  await until("a frame to wait", () => viewer.ledger.inFlight.videoFrames === 1);
  standStill(LONG);
  assert(viewer.stalledFor < 1_000);
  await writer.write(videoTag(1));
  await until("another", () => viewer.ledger.inFlight.videoFrames === 2);
  {
    using _ = clockAhead(LIVE_QUEUE_TIME + 1_000);
    assert(viewer.stalledFor > LIVE_QUEUE_TIME);
    await writer.write(videoTag(2));
    await until("both to be dropped", () => viewer.ledger.dropped["slow-subscriber"]);
  }
  await viewer.tags.cancel();
  await writer.close();
  await running;
});

Deno.test({
  name: "peers that went on while the server stood still are not cut",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await ServerProcess.start({ args: ["--timeout", "1"] });
    using publisher = await RawClient.publish(server.port, "demo");
    let sent = 0;
    const sending = setInterval(() => publisher.sendTags([videoTag(sent++)]), 20);
    const viewer = await fetch(`${server.http}/live/demo.flv`);
    server.kill("SIGSTOP");
    // Longer than the timeout and a check: nothing can be seen of a process that is stopped.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    server.kill("SIGCONT");
    const before = sent;
    await until("frames that were sent afterwards", async () => {
      const { streams } = await (await fetch(`${server.http}/api/v1/streams`)).json();
      return streams[0]?.ledger.tags.videoFrames > before + 100;
    });
    clearInterval(sending);
    assert(!publisher.ended);
    publisher.command("FCUnpublish", 4, null, "demo");
    await server.line(/has ended: The publisher ended the stream/);
    assert((await viewer.bytes()).length > sent * 300);
    assertEquals(
      server.lines.filter((line) => / WRN /.test(line) && /disconnected/.test(line)),
      [],
    );
  },
});
