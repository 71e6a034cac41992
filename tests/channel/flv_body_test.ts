import { assert, assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { flvBody, type FlvBodyOptions } from "../../src/channel/flv_body.ts";
import type { SubscribeOptions, Subscription } from "../../src/channel/subscription.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { FlvReader } from "../support/http.ts";
import { tagsOf, videoTag } from "../support/media.ts";
import { promisesDone } from "../support/streams.ts";
import { until } from "../support/wait.ts";
import { audioTag, Broadcast, metadata, sequenceHeader } from "./broadcast.ts";

const VIDEO_HEADER = sequenceHeader("video", 1);
const AUDIO_HEADER = sequenceHeader("audio", 2);

/** The header of a body waits for a second kind of media no longer than until this much later. */
const LATER = 1_500;

/** A viewer of a broadcast, and what it gets as FLV. */
function watch(
  broadcast: Broadcast,
  { reconnects = false, ...options }: Partial<SubscribeOptions> & FlvBodyOptions = {},
): { subscription: Subscription; reader: FlvReader; hasEnded: () => boolean } {
  const subscription = broadcast.subscribe({
    announces: true,
    survivesPublication: true,
    ...options,
  });
  const reader = new FlvReader(flvBody(subscription, { reconnects }));
  let hasEnded = false;
  void reader.done.then(() => hasEnded = true);
  return { subscription, reader, hasEnded: () => hasEnded };
}

Deno.test("flvBody() leaves the order of the tags as it is where both kinds of media come", async () => {
  const broadcast = new Broadcast();
  const { reader } = watch(broadcast);
  const sent = [metadata(0), VIDEO_HEADER, AUDIO_HEADER, videoTag(0), videoTag(1), audioTag(40)];
  await broadcast.send(...sent);
  assertEquals([reader.announced, reader.tags], ["audio+video", sent]);
  await broadcast.end();
  await broadcast.channel.end();
});

Deno.test("flvBody() gives no header before a frame has come, and what there is at the end", async () => {
  const broadcast = new Broadcast();
  const { reader } = watch(broadcast);
  broadcast.advance(LATER);
  await broadcast.send(metadata(0), VIDEO_HEADER, AUDIO_HEADER);
  assertEquals([reader.announced, reader.tags], [undefined, []]);
  await broadcast.end();
  await broadcast.channel.end();
  await reader.done;
  assertEquals([reader.announced, reader.tags], ["", [metadata(0)]]);
});

for (const type of ["audio", "video"] as const) {
  const [came, late] = type === "audio"
    ? [[videoTag(0), videoTag(1)], audioTag(4_000)]
    : [[audioTag(0), audioTag(40)], videoTag(100)];
  const header = type === "audio" ? AUDIO_HEADER : VIDEO_HEADER;
  const other = type === "audio" ? VIDEO_HEADER : AUDIO_HEADER;
  const begun = [other, ...came];

  for (const mode of ["live", "lossless"] as const) {
    Deno.test(`flvBody() of a ${mode} viewer announces no ${type} of which only a header has come`, async () => {
      const broadcast = new Broadcast();
      const { reader } = watch(broadcast, { mode });
      await broadcast.send(header, other, came[0]!);
      broadcast.advance(LATER);
      await broadcast.send(came[1]!);
      const early = mode === "lossless" ? [header] : [];
      assertEquals(reader.announced, type === "audio" ? "video" : "audio");
      assertEquals(reader.tags, [...early, ...begun]);

      await broadcast.send(late);
      const held = mode === "live" ? [{ ...header, timestamp: late.timestamp }] : [];
      assertEquals(reader.tags, [...early, ...begun, ...held, late]);
      await broadcast.end();
      await broadcast.channel.end();
    });
  }

  Deno.test(`flvBody() ends when ${type} comes late that its players cannot add`, async () => {
    const broadcast = new Broadcast();
    const { reader, subscription, hasEnded } = watch(broadcast, { reconnects: true });
    await broadcast.send(header, other, came[0]!);
    broadcast.advance(LATER);
    await broadcast.send(came[1]!);
    assertEquals([reader.tags, hasEnded()], [begun, false]);
    await broadcast.send(late);
    assertEquals([reader.tags, hasEnded()], [begun, true]);
    await subscription.done;
    await broadcast.end();
    assertEquals(broadcast.ledger.balance(), 0);
    await broadcast.channel.end();
  });
}

/** A publication whose only keyframe is too long ago to be kept, and which goes on. */
async function withoutKeyframe(...between: FlvTag[]) {
  const broadcast = Broadcast.withCache({ maxBytes: 0, maxTime: 0 });
  await broadcast.send(VIDEO_HEADER, AUDIO_HEADER, videoTag(0), audioTag(20), ...between);
  return broadcast;
}

for (
  const [reconnects, announced] of [[true, "audio"], [false, "audio+video"]] as const
) {
  Deno.test(`flvBody() begins with sound and announces ${announced} when players ${reconnects ? "connect again" : "do not connect again"}`, async () => {
    const broadcast = await withoutKeyframe();
    broadcast.advance(LATER);
    const { reader, hasEnded } = watch(broadcast, { reconnects });
    await broadcast.send(videoTag(1), audioTag(60), videoTag(40), audioTag(1_620));
    assertEquals(reader.announced, announced);
    assertEquals(reader.tags, [{ ...AUDIO_HEADER, timestamp: 1_620 }, audioTag(1_620)]);
    const keyframe = { ...videoTag(0), timestamp: 2_000 };
    await broadcast.send(videoTag(42), keyframe);
    const picture = [{ ...VIDEO_HEADER, timestamp: 2_000 }, keyframe];
    assertEquals(reader.tags.slice(2), reconnects ? [] : picture);
    assertEquals(hasEnded(), reconnects);
    await broadcast.end();
    await broadcast.channel.end();
    assertEquals(broadcast.ledger.balance(), 0);
  });
}

Deno.test("flvBody() announces no picture that has stopped", async () => {
  const broadcast = await withoutKeyframe(audioTag(3_000), audioTag(6_000));
  broadcast.advance(LATER);
  const { reader } = watch(broadcast);
  await broadcast.send(audioTag(6_023));
  assertEquals(reader.announced, "audio");
  assertEquals(reader.tags, [{ ...AUDIO_HEADER, timestamp: 6_023 }, audioTag(6_023)]);
  await broadcast.end();
  await broadcast.channel.end();
});

Deno.test("a live viewer that announces gets no AAC before its header, and the ledger says so", async () => {
  const broadcast = new Broadcast();
  const { reader, subscription } = watch(broadcast);
  const lossless = broadcast.reader({ mode: "lossless" });
  await broadcast.send(VIDEO_HEADER, videoTag(0), audioTag(0), audioTag(23));
  assertEquals([subscription.media, subscription.hasAllMedia], [
    { audio: false, video: true },
    false,
  ]);
  broadcast.advance(LATER);
  await broadcast.send(videoTag(1));
  assertEquals([reader.announced, reader.tags], ["video", [
    VIDEO_HEADER,
    videoTag(0),
    videoTag(1),
  ]]);
  await broadcast.send(AUDIO_HEADER, audioTag(80));
  assertEquals(reader.tags.slice(3), [{ ...AUDIO_HEADER, timestamp: 80 }, audioTag(80)]);
  assertEquals(subscription.ledger.dropped["before-header"]?.audioFrames, 2);
  assertEquals(lossless.tags.length, 7);
  await broadcast.end();
  await broadcast.channel.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("flvBody() keeps a bounded number of bytes in headers that wait for a frame", async () => {
  const broadcast = new Broadcast();
  const { reader } = watch(broadcast);
  await broadcast.send(videoTag(0));
  broadcast.advance(LATER);
  await broadcast.send(videoTag(1));
  // Each names another track, and is a header of its own.
  const headers = Array.from({ length: 200 }, (_, id): FlvTag => {
    const data = new Uint8Array(16 * 1024);
    data.set([0x95, 0x00, 0x4f, 0x70, 0x75, 0x73, id]);
    return { type: "audio", timestamp: 0, data };
  });
  await broadcast.send(...headers);
  assertEquals(reader.tags.length, 2);
  const frame: FlvTag = { ...audioTag(80), data: Uint8Array.of(0x91, 0x4f, 0x70, 0x75, 0x73, 9) };
  await broadcast.send(frame);
  await promisesDone();
  const given = reader.tags.slice(2, -1);
  assertEquals(given.map(({ data }) => data[6]), Array.from({ length: 63 }, (_, i) => 137 + i));
  assertEquals(reader.tags.at(-1), frame);
  await broadcast.end();
  await broadcast.channel.end();
  assert(reader.announced === "video");
});

Deno.test("flvBody() gives viewers who share large tags the same bytes, and small ones their own", async () => {
  const broadcast = new Broadcast();
  const options = { announces: true, survivesPublication: true, shared: true, audio: false };
  const bodies = [0, 1].map(() => Array.fromAsync(flvBody(broadcast.subscribe(options))));
  const tags = [videoTag(0, 100_000), videoTag(1, 1_000)];
  await broadcast.send(...tags);
  await broadcast.end();
  await broadcast.channel.end();
  const [first, second] = await Promise.all(bodies);
  assertEquals(first, second);
  assertEquals(tagsOf(concat(first!)), tags);
  assertEquals(first!.map((bytes, i) => bytes === second![i]), [false, true, false]);
});

Deno.test("flvBody() gives the header of one kind of media though no further tag comes", async () => {
  const broadcast = new Broadcast();
  const { reader } = watch(broadcast, { mode: "lossless" });
  const [first, ...later] = [audioTag(0), audioTag(40), audioTag(80)] as const;
  await broadcast.send(first);
  await until("the header", () => reader.announced !== undefined);
  assertEquals([reader.announced, reader.tags], ["audio", [first]]);
  await broadcast.send(...later);
  assertEquals(reader.tags, [first, ...later]);
  await broadcast.end();
  await broadcast.channel.end();
  await reader.done;
});

Deno.test("flvBody() gives what has come before its tags fail, and then the error", async () => {
  const broadcast = new Broadcast();
  let failing = false;
  const subscription = broadcast.subscribe({
    mode: "lossless",
    filter: (tag) => {
      if (failing) throw new RangeError("a filter fails");
      return tag;
    },
  });
  const body = flvBody(subscription).getReader();
  const header = body.read();
  await broadcast.send(audioTag(0));
  failing = true;
  await broadcast.send(audioTag(40));
  assertEquals((await header).value?.[4], 0b100);
  const tag = await body.read();
  assertEquals(tag.value?.subarray(11, -4), audioTag(0).data);
  await assertRejects(() => body.read(), RangeError);
  await broadcast.end();
});

Deno.test("flvBody() takes a subscription that a program has made itself", async () => {
  const broadcast = new Broadcast();
  const subscription = broadcast.subscribe();
  const own: Subscription = {
    ...{ ledger: subscription.ledger, survivesPublication: false, endReason: undefined },
    ...{ started: subscription.started, done: subscription.done, sourceAge: 0, stalledFor: 0 },
    tags: subscription.tags.pipeThrough(new TransformStream()),
    get media() {
      return subscription.media;
    },
    get hasAllMedia() {
      return subscription.hasAllMedia;
    },
    pause: () => {},
    receive: () => {},
    expects: (type) => subscription.expects(type),
  };
  const reader = new FlvReader(flvBody(own));
  const sent = [VIDEO_HEADER, videoTag(0), audioTag(10), videoTag(1)];
  await broadcast.send(...sent);
  await broadcast.end();
  await reader.done;
  assertEquals([reader.announced, reader.tags], ["audio+video", sent]);
});
