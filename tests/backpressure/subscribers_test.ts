/**
 * Channel → every kind of consumer that has a network behind it: one that takes nothing is skipped
 * forward when it is live, and holds the publisher back when it is lossless.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LIVE_QUEUE_BYTES } from "../../src/channel/tag_outlet.ts";
import { LOSSLESS_QUEUE_BYTES } from "../../src/channel/tag_outlet.ts";
import { TAG_OVERHEAD } from "../../src/channel/counted_tag.ts";
import { startHttpApp } from "../support/http.ts";
import { until } from "../support/wait.ts";
import { type FarSide, httpViewer, PushTarget, rtmpPlayer, webSocketViewer } from "./far_sides.ts";
import { Flood, FRAME, FRAMES } from "./flood.ts";

/** Bytes that a frame takes up in a queue. */
const QUEUED = FRAME + TAG_OVERHEAD;

for (
  const [kind, begin] of Object.entries({
    "rtmp-play": rtmpPlayer,
    "http-flv": httpViewer,
    "ws-flv": webSocketViewer,
    "push": undefined,
  })
) {
  Deno.test(`a live ${kind} that takes nothing costs a bounded queue, and goes on when it takes again`, async () => {
    await using target = begin ? undefined : new PushTarget();
    await using http = await startHttpApp(...target ? ["--push", `live/demo=${target.url}`] : []);
    await using viewer = await begin?.(http);
    const far: FarSide = target ?? viewer!;
    using flood = await Flood.begin(http.port);
    const { ledger } = http.app.rtmp.publications[0]!;
    const consumer = await http.consumer(kind);
    let most = 0;
    const step = async () => {
      flood.send();
      await until("the frame to be taken", () => ledger.received.videoFrames === flood.sent);
      most = Math.max(most, consumer.inFlight.videoFrames);
      assertEquals([consumer.balance(), ledger.balance()], [0, 0]);
    };
    while (!consumer.dropped["slow-subscriber"]) await step();
    for (let i = 0; i < 3; i++) await step();
    // What is too much is noticed with the tag behind it.
    assert(most * QUEUED <= LIVE_QUEUE_BYTES + QUEUED, `${most} frames waited`);
    assert(most * QUEUED > LIVE_QUEUE_BYTES - QUEUED, `it was cut at ${most} frames`);

    const taken = far.takeAll();
    flood.end();
    assertEquals(await taken, consumer.delivered.videoFrames);
    await http.idle();
    const dropped = consumer.dropped["slow-subscriber"].videoFrames;
    assertEquals(consumer.delivered.videoFrames + dropped, flood.sent);
    assertEquals([consumer.inFlight.videoFrames, consumer.balance()], [0, 0]);
    assertEquals(Object.keys(consumer.dropped), ["slow-subscriber"]);
  });
}

for (
  const [kind, begin] of Object.entries({ "http-flv": httpViewer, "ws-flv": webSocketViewer })
) {
  Deno.test(`a lossless ${kind} that takes nothing holds the publisher back, and then gets all`, async () => {
    await using http = await startHttpApp("--allow-lossless-viewers");
    await using far = await begin(http, "?mode=lossless");
    using flood = await Flood.begin(http.port);
    const { ledger } = http.app.rtmp.publications[0]!;
    const consumer = await http.consumer(kind);
    flood.send(FRAMES);
    await flood.held(ledger.connection);
    const waiting = consumer.inFlight.videoFrames * QUEUED;
    assert(waiting >= LOSSLESS_QUEUE_BYTES && waiting < LOSSLESS_QUEUE_BYTES + QUEUED);
    assert(ledger.received.videoFrames < FRAMES);
    assertEquals([consumer.balance(), ledger.balance()], [0, 0]);

    const taken = far.takeAll();
    flood.end();
    assertEquals(await taken, FRAMES);
    await http.idle();
    assertEquals([consumer.delivered.videoFrames, consumer.dropped], [FRAMES, {}]);
  });
}
