import { assertEquals } from "@std/assert";
import { videoTag } from "../support/media.ts";
import { audioTag, Broadcast, sequenceHeader } from "./broadcast.ts";

const VIDEO_HEADER = sequenceHeader("video", 1);
const AUDIO_HEADER = sequenceHeader("audio", 2);

Deno.test("Subscription.pause() leaves everything out, then goes on at a keyframe with headers", async () => {
  const broadcast = new Broadcast();
  const { subscription, tags } = broadcast.reader();
  await broadcast.send(VIDEO_HEADER, videoTag(0), videoTag(1));
  subscription.pause(true);
  await broadcast.send(videoTag(2));
  subscription.pause(false);
  await broadcast.send(videoTag(3), videoTag(25), videoTag(26));
  assertEquals(tags.slice(3), [{ ...VIDEO_HEADER, timestamp: 1000 }, videoTag(25), videoTag(26)]);
  assertEquals(subscription.ledger.dropped.paused?.videoFrames, 2);
  await broadcast.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("Subscription.receive() leaves video out, and brings it back with a keyframe", async () => {
  const broadcast = new Broadcast();
  const { subscription, tags } = broadcast.reader();
  await broadcast.send(VIDEO_HEADER, AUDIO_HEADER, videoTag(0), audioTag(1));
  subscription.receive("video", false);
  await broadcast.send(videoTag(1), audioTag(41));
  subscription.receive("video", true);
  await broadcast.send(videoTag(2), audioTag(81), videoTag(25), videoTag(26));
  assertEquals(tags.slice(4), [
    audioTag(41),
    audioTag(81),
    { ...VIDEO_HEADER, timestamp: 1000 },
    videoTag(25),
    videoTag(26),
  ]);
  const { dropped } = subscription.ledger;
  assertEquals(dropped["not-wanted"]?.videoFrames, 1);
  assertEquals(dropped["before-keyframe"]?.videoFrames, 1);
  await broadcast.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("Subscription.receive() sends the header of audio that was left out from the beginning", async () => {
  const broadcast = new Broadcast();
  const { subscription, tags } = broadcast.reader({ audio: false });
  await broadcast.send(VIDEO_HEADER, AUDIO_HEADER, videoTag(0), audioTag(1));
  subscription.receive("audio", true);
  await broadcast.send(audioTag(41), videoTag(1));
  assertEquals(tags.slice(2), [
    { ...AUDIO_HEADER, timestamp: 41 },
    audioTag(41),
    videoTag(1),
  ]);
  await broadcast.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("Subscription.filter changes tags or leaves them out, and the ledger counts both", async () => {
  const broadcast = new Broadcast();
  const { subscription, tags } = broadcast.reader({
    filter: (tag) => tag.type === "audio" ? undefined : { ...tag, timestamp: tag.timestamp + 7 },
  });
  await broadcast.send(videoTag(0), audioTag(1), videoTag(1));
  assertEquals(tags.map(({ timestamp }) => timestamp), [7, 47]);
  assertEquals(subscription.ledger.dropped["not-wanted"]?.audioFrames, 1);
  await broadcast.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("a consumer that leaves is counted with what it left, and the others go on", async () => {
  const broadcast = new Broadcast();
  const leaving = broadcast.subscribe();
  const { tags } = broadcast.reader();
  await broadcast.send(videoTag(0), videoTag(1));
  await leaving.tags.cancel();
  await leaving.done;
  await broadcast.send(videoTag(2));
  assertEquals(leaving.ledger.dropped["consumer-left"]?.videoFrames, 2);
  assertEquals(broadcast.ledger.consumers.length, 1);
  assertEquals(broadcast.channel.consumers, 1);
  assertEquals(tags.length, 3);
  await broadcast.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

/** Video without a keyframe, from a time on to another, a frame each second. */
function interFrames(from: number, to: number) {
  const times = Array.from({ length: (to - from) / 1000 }, (_, i) => from + 1000 * i);
  return times.map((timestamp) => ({ ...videoTag(1), timestamp }));
}

Deno.test("Subscription.receive() brings video back without a keyframe when that is overdue", async () => {
  const broadcast = new Broadcast();
  const { subscription, tags } = broadcast.reader();
  await broadcast.send(VIDEO_HEADER, videoTag(0));
  subscription.receive("video", false);
  subscription.receive("video", true);
  await broadcast.send(...interFrames(1_000, 11_000));
  assertEquals(tags.length, 2);
  const [first, second] = interFrames(11_000, 13_000);
  await broadcast.send(first!, second!);
  assertEquals(tags.slice(2), [{ ...VIDEO_HEADER, timestamp: 11_000 }, first, second]);
  await broadcast.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("Subscription.pause() goes on with sound where no keyframe is near", async () => {
  const broadcast = new Broadcast();
  const { subscription, tags } = broadcast.reader();
  await broadcast.send(VIDEO_HEADER, AUDIO_HEADER, videoTag(0), audioTag(1));
  subscription.pause(true);
  subscription.pause(false);
  const frame = { ...videoTag(1), timestamp: 1_600 };
  await broadcast.send(videoTag(1), audioTag(41), audioTag(1_000), frame, audioTag(1_601));
  assertEquals(tags.slice(4), [{ ...AUDIO_HEADER, timestamp: 1_601 }, audioTag(1_601)]);
  const keyframe = { ...videoTag(0), timestamp: 1_700 };
  await broadcast.send(keyframe);
  assertEquals(tags.slice(6), [{ ...VIDEO_HEADER, timestamp: 1_700 }, keyframe]);
  await broadcast.end();
});
