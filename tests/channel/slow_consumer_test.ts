import { assert, assertEquals } from "@std/assert";
import { LIVE_QUEUE_BYTES, LIVE_QUEUE_TIME } from "../../src/channel/tag_outlet.ts";
import { LOSSLESS_QUEUE_BYTES } from "../../src/channel/tag_outlet.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { videoTag } from "../support/media.ts";
import { DEFAULT_GOP_CACHE } from "../../src/channel/gop_cache.ts";
import { TAG_OVERHEAD } from "../../src/channel/counted_tag.ts";
import { promisesDone } from "../support/streams.ts";
import { Broadcast, metadata, Reader, sequenceHeader } from "./broadcast.ts";

/** A frame so large that few of them fill a queue. */
const LARGE = 512 * 1024;

const HEADERS = [metadata(0), sequenceHeader("video", 1)];

/** The headers as they stand before a tag in the middle: metadata is always at 0. */
function headersBefore({ timestamp }: FlvTag): FlvTag[] {
  const [metadata, header] = HEADERS;
  return [metadata!, { ...header!, timestamp }];
}

Deno.test("a lossless consumer that does not read holds the publisher back, and then gets all", async () => {
  const broadcast = new Broadcast();
  const slow = broadcast.subscribe({ mode: "lossless" });
  const fast = broadcast.reader({ shared: true });
  const sent = Array.from({ length: 40 }, (_, i) => videoTag(i, LOSSLESS_QUEUE_BYTES / 8));
  await broadcast.send(...sent);
  const { inFlight, delivered } = slow.ledger;
  // The eighth fills the queue; the channel has taken no more.
  assertEquals([inFlight.videoFrames, delivered.videoFrames, broadcast.taken], [8, 0, 8]);
  assertEquals(fast.tags, sent.slice(0, 8));
  assertEquals(slow.ledger.balance(), 0);

  const reader = new Reader(slow);
  await broadcast.end();
  assertEquals(reader.tags, sent);
  assert(fast.tags.length === sent.length && fast.tags.every((tag, i) => tag === sent[i]));
  assertEquals(slow.ledger.dropped, {});
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("a lossless consumer that leaves lets the publisher go on", async () => {
  const broadcast = new Broadcast();
  const slow = broadcast.subscribe({ mode: "lossless" });
  const sent = Array.from({ length: 20 }, (_, i) => videoTag(i, LOSSLESS_QUEUE_BYTES / 4));
  await broadcast.send(...sent);
  assertEquals(broadcast.taken, 4);
  await slow.tags.cancel();
  await broadcast.end();
  assertEquals(slow.ledger.dropped["consumer-left"]?.videoFrames, 4);
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("a live consumer that does not read is cut at the bound in bytes, and goes on at a keyframe", async () => {
  const broadcast = new Broadcast();
  const slow = broadcast.subscribe();
  const others = Array.from({ length: 20 }, () => broadcast.reader({ shared: true }));
  // Every 25th frame is a keyframe.
  const sent = [...HEADERS, ...Array.from({ length: 52 }, (_, i) => videoTag(i, LARGE))];
  let most = 0;
  for (const tag of sent) {
    await broadcast.send(tag);
    most = Math.max(most, slow.ledger.inFlight.videoFrames);
    assertEquals(slow.ledger.balance(), 0);
    assertEquals(broadcast.ledger.balance(), 0);
  }
  // One more than fits: what is too much is noticed with the next.
  assertEquals(most, LIVE_QUEUE_BYTES / LARGE);
  assertEquals(slow.ledger.dropped["slow-subscriber"], {
    videoFrames: 50,
    audioFrames: 0,
    scriptTags: 1,
    otherTags: 1,
  });

  const reader = new Reader(slow);
  await broadcast.end();
  const again = videoTag(50, LARGE);
  assertEquals(reader.tags, [...headersBefore(again), again, videoTag(51, LARGE)]);
  for (const other of others) {
    assertEquals(other.tags.length, sent.length);
    assert(other.tags.every((tag, i) => tag === sent[i]));
    assertEquals(other.subscription.ledger.dropped, {});
  }
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("a live consumer that does not read is cut at the bound in time", async () => {
  const broadcast = new Broadcast();
  const slow = broadcast.subscribe();
  await broadcast.send(...HEADERS, videoTag(0), videoTag(1));
  broadcast.advance(LIVE_QUEUE_TIME);
  await broadcast.send(videoTag(2));
  assertEquals(slow.ledger.inFlight.videoFrames, 3);
  broadcast.advance(1);
  await broadcast.send(videoTag(3));
  assertEquals(slow.ledger.inFlight.videoFrames, 0);
  await broadcast.send(videoTag(25));
  const reader = new Reader(slow);
  await broadcast.end();
  assertEquals(reader.tags, [...headersBefore(videoTag(25)), videoTag(25)]);
  assertEquals(slow.ledger.dropped["slow-subscriber"]?.videoFrames, 4);
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("a live newcomer may take its time over what it is given at once, however much", async () => {
  const broadcast = new Broadcast();
  const frames = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ ...videoTag(1, LARGE), timestamp: from + i }));
  // As much as the cache takes.
  const fit = Math.floor(DEFAULT_GOP_CACHE.maxBytes / (LARGE + TAG_OVERHEAD));
  const group = [{ ...videoTag(0, LARGE), timestamp: 0 }, ...frames(1, fit)];
  const fast = broadcast.reader({ shared: true });
  await broadcast.send(...HEADERS, ...group);
  const newcomer = broadcast.subscribe();
  const leaver = broadcast.subscribe();
  assertEquals(newcomer.ledger.inFlight.videoFrames, fit);
  // It is no more behind than any other that has not read so many.
  await broadcast.send(...frames(fit, 2 * fit));
  assertEquals([newcomer.ledger.inFlight.videoFrames, newcomer.ledger.dropped], [2 * fit, {}]);

  const reader = new Reader(newcomer);
  await promisesDone();
  await broadcast.send(...frames(2 * fit, 2 * fit + 5));
  assertEquals(leaver.ledger.inFlight.videoFrames, 0);
  assert(leaver.ledger.dropped["slow-subscriber"]!.videoFrames > 2 * fit);
  await leaver.tags.cancel();
  await broadcast.end();
  assertEquals(reader.tags.length, fast.tags.length);
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("a live consumer that has read what it was given at once is behind like any other", async () => {
  const broadcast = new Broadcast();
  await broadcast.send(videoTag(0, LARGE), videoTag(1, LARGE));
  const newcomer = broadcast.subscribe();
  const reader = newcomer.tags.getReader();
  for (const index of [0, 1]) assertEquals((await reader.read()).value, videoTag(index, LARGE));
  let most = 0;
  for (let i = 0; newcomer.ledger.dropped["slow-subscriber"] === undefined; i++) {
    await broadcast.send({ ...videoTag(1, LARGE), timestamp: 100 + i });
    most = Math.max(most, newcomer.ledger.inFlight.videoFrames);
  }
  assertEquals(most, LIVE_QUEUE_BYTES / LARGE);
  await reader.cancel();
  await broadcast.end();
});

Deno.test("Subscription.stalledFor is how long nothing has been asked for that waits", async () => {
  const broadcast = new Broadcast();
  const slow = broadcast.subscribe();
  broadcast.advance(5_000);
  assertEquals(slow.stalledFor, 0);
  await broadcast.send(videoTag(0), videoTag(1));
  broadcast.advance(1_000);
  assertEquals(slow.stalledFor, 1_000);
  const reader = slow.tags.getReader();
  await reader.read();
  assertEquals(slow.stalledFor, 0);
  broadcast.advance(2_000);
  assertEquals(slow.stalledFor, 2_000);
  await reader.read();
  const waiting = reader.read();
  broadcast.advance(7_000);
  await broadcast.send(videoTag(2), videoTag(3));
  await waiting;
  // The publisher had paused, not the consumer.
  assertEquals(slow.stalledFor, 0);
  broadcast.advance(3_000);
  assertEquals(slow.stalledFor, 3_000);
  await reader.cancel();
  await broadcast.end();
});

Deno.test("Subscription.stalledFor goes on when what waits is left out and other tags come", async () => {
  const broadcast = new Broadcast();
  const slow = broadcast.subscribe();
  let sent = 0;
  for (; slow.ledger.dropped["slow-subscriber"] === undefined; sent++) {
    await broadcast.send({ ...videoTag(0), timestamp: sent });
    broadcast.advance(1_000);
  }
  assertEquals(slow.stalledFor, sent * 1_000);
  await slow.tags.cancel();
  await broadcast.end();
});

Deno.test("a lossless consumer that does not read holds back a publisher of empty tags", async () => {
  const broadcast = new Broadcast();
  const slow = broadcast.subscribe({ mode: "lossless" });
  const empty: FlvTag = { type: "audio", timestamp: 0, data: new Uint8Array(0) };
  await broadcast.send(...Array.from({ length: 10_000 }, () => empty));
  // Each counts as a little more than nothing.
  assertEquals(slow.ledger.inFlight.otherTags, LOSSLESS_QUEUE_BYTES / TAG_OVERHEAD);
  await slow.tags.cancel();
  await broadcast.end();
});
