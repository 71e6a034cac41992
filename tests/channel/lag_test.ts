import { assert, assertEquals } from "@std/assert";
import { type Lag, LAG_RECOVERY_TIME } from "../../src/channel/lag.ts";
import { LIVE_QUEUE_BYTES, LIVE_QUEUE_TIME } from "../../src/channel/tag_outlet.ts";
import { videoTag } from "../support/media.ts";
import { Broadcast, Reader } from "./broadcast.ts";

/** A live consumer that does not read yet, and what is said of its lag. */
function slowConsumer(broadcast: Broadcast) {
  const lags: Lag[] = [];
  const subscription = broadcast.subscribe({ onLag: (lag) => lags.push(lag) });
  return { subscription, lags };
}

Deno.test("SubscribeOptions.onLag is called once when tags are dropped, and when the consumer keeps up again", async () => {
  const broadcast = new Broadcast();
  const { subscription, lags } = slowConsumer(broadcast);
  await broadcast.send(videoTag(0), videoTag(1), videoTag(2));
  broadcast.advance(LIVE_QUEUE_TIME + 1);
  await broadcast.send(videoTag(3));
  assertEquals(lags.length, 1);
  assertEquals([lags[0]!.time, lags[0]!.isOver], [LIVE_QUEUE_TIME + 1, false]);
  assert(lags[0]!.bytes >= 900, JSON.stringify(lags));
  assertEquals(lags[0]!.dropped.videoFrames, 3);
  // It takes up again, and is too slow again: that is the same lag.
  await broadcast.send(videoTag(25), videoTag(26));
  broadcast.advance(LIVE_QUEUE_TIME + 1);
  await broadcast.send(videoTag(27));
  assertEquals(lags.length, 1);
  const reader = new Reader(subscription);
  await broadcast.send(videoTag(50));
  broadcast.advance(LAG_RECOVERY_TIME - 1);
  await broadcast.send(videoTag(51));
  assertEquals(lags.length, 1);
  broadcast.advance(1);
  await broadcast.send(videoTag(52));
  assertEquals([lags.length, lags[1]?.isOver, lags[1]?.dropped.videoFrames], [2, true, 7]);
  assertEquals(subscription.ledger.dropped["slow-subscriber"]?.videoFrames, 7);
  await broadcast.end();
  assertEquals(reader.tags.length, 3);
});

Deno.test("SubscribeOptions.onLag gets the bytes that waited", async () => {
  const broadcast = new Broadcast();
  const { subscription, lags } = slowConsumer(broadcast);
  await broadcast.send(...Array.from({ length: 18 }, (_, i) => videoTag(i, 1024 * 1024)));
  assertEquals(lags.length, 1);
  assert(lags[0]!.bytes > LIVE_QUEUE_BYTES, `${lags[0]!.bytes}`);
  await subscription.tags.cancel();
  await broadcast.end();
});

Deno.test("SubscribeOptions.onLag is not called for what a consumer misses otherwise", async () => {
  const broadcast = Broadcast.withCache({ maxBytes: 0, maxTime: 0 });
  await broadcast.send(videoTag(0));
  const { subscription, lags } = slowConsumer(broadcast);
  const reader = new Reader(subscription);
  await broadcast.send(videoTag(1), videoTag(25));
  subscription.pause(true);
  await broadcast.send(videoTag(26));
  subscription.pause(false);
  subscription.receive("video", false);
  await broadcast.send(videoTag(27), videoTag(50));
  await broadcast.end();
  assertEquals([lags, reader.tags.length], [[], 1]);
});
