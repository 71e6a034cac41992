import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { isKeyframe, mediaKind, sequenceHeaderKey } from "../../src/flv/tag_kind.ts";
import { videoTag } from "../support/media.ts";
import { audioTag, Broadcast, metadata, type Reader, sequenceHeader } from "./broadcast.ts";

/** Something that happens: a tag of a kind, a newcomer, or a pause. */
const anyEvent = fc.oneof(
  { weight: 2, arbitrary: fc.constant("keyframe" as const) },
  { weight: 6, arbitrary: fc.constant("inter frame" as const) },
  { weight: 5, arbitrary: fc.constant("audio frame" as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "metadata" as const,
      "video header" as const,
      "audio header" as const,
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom("live" as const, "lossless" as const) },
  // Seconds in which nothing comes: that of patience, of a picture that stands still, and of a cache.
  { weight: 2, arbitrary: fc.constantFrom(0.7, 1.6, 5.5, 9) },
);

/** The tag of an event; no two of them are alike. */
function tagOf(event: string, number: number, timestamp: number): FlvTag | undefined {
  switch (event) {
    case "keyframe":
      return { ...videoTag(25 * number, 20 + number), timestamp };
    case "inter frame":
      return { ...videoTag(25 * number + 1, 20 + number), timestamp };
    case "audio frame":
      return audioTag(timestamp, number >> 8, number & 0xff);
    case "metadata":
      return { ...metadata(0), timestamp, data: encodeAmf0("onMetaData", number) };
    case "video header":
    case "audio header":
      return { ...sequenceHeader(event === "video header" ? "video" : "audio", number), timestamp };
  }
}

/** What a newcomer is to get, by a rule that knows no cache and no state. */
function expected(sent: FlvTag[], joined: number): FlvTag[] {
  if (joined === 0) return sent;
  const got: FlvTag[] = [];
  let hasBegun = false;
  let withoutVideo = false;
  for (let at = startOfGroup(sent, joined) ?? joined; at < sent.length; at++) {
    const tag = sent[at]!;
    if (!hasBegun) {
      if (!canBegin(sent, at, joined)) continue;
      hasBegun = true;
      withoutVideo = isFrame(tag, "audio") &&
        sent.slice(0, at).some((tag) => isFrame(tag, "video"));
      got.push(...headers(sent, at, (type) => type !== "video" || !withoutVideo));
    }
    if (tag.type === "video" && withoutVideo) {
      if (!isKeyframe(tag) && !isOverdue(sent, at)) continue;
      withoutVideo = false;
      got.push(...headers(sent, at, (type) => type === "video"));
    }
    got.push(tag);
  }
  return got;
}

/** The last keyframe before a newcomer, if not more than 20 s of stream have followed. */
function startOfGroup(sent: FlvTag[], joined: number): number | undefined {
  const keyframe = sent.slice(0, joined).findLastIndex(isKeyframe);
  if (keyframe < 0) return undefined;
  return sent[joined - 1]!.timestamp - sent[keyframe]!.timestamp <= 20_000 ? keyframe : undefined;
}

/** A keyframe, or any frame when they are overdue; sound with no picture beside it, or in the end. */
function canBegin(sent: FlvTag[], at: number, joined: number): boolean {
  const tag = sent[at]!;
  if (!isFrame(tag, "audio")) return isKeyframe(tag) || isOverdue(sent, at);
  const picture = sent.slice(0, at).findLast((tag) => isFrame(tag, "video"));
  return !picture || tag.timestamp - picture.timestamp > 5_000 ||
    tag.timestamp - sent[joined]!.timestamp >= 1_500;
}

/** Whether a frame of video is later than 10 s, and than the last interval, after a keyframe. */
function isOverdue(sent: FlvTag[], at: number): boolean {
  if (!isFrame(sent[at]!, "video")) return false;
  const video = sent.slice(0, at + 1).filter((tag) => isFrame(tag, "video"));
  const [last, before] = video.filter(isKeyframe).reverse();
  const interval = last && before ? last.timestamp - before.timestamp : 0;
  const since = (last ?? video[0]!).timestamp;
  return sent[at]!.timestamp - since > Math.max(10_000, interval);
}

function isFrame(tag: FlvTag, type: "audio" | "video"): boolean {
  return mediaKind(tag.type, tag.data) === `${type}Frames`;
}

/** The latest headers before a tag, at its time. */
function headers(sent: FlvTag[], at: number, passes: (type: string) => boolean): FlvTag[] {
  const latest = new Map<string, FlvTag>();
  for (const tag of sent.slice(0, at)) {
    const key = tag.type === "script" ? "metadata" : sequenceHeaderKey(tag);
    if (key === undefined || !passes(tag.type)) continue;
    latest.delete(key);
    // Metadata at another time than 0 is subtitles to FFmpeg.
    latest.set(key, { ...tag, timestamp: tag.type === "script" ? 0 : sent[at]!.timestamp });
  }
  return [...latest.values()];
}

Deno.test("Channel gives a newcomer headers, the frames since a keyframe, and all that follows, once each", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 60, size: "max" }), async (events) => {
      const broadcast = new Broadcast();
      const sent: FlvTag[] = [];
      const newcomers: { joined: number; reader: Reader }[] = [];
      let time = 0;
      for (const [number, event] of events.entries()) {
        time += typeof event === "number" ? event * 1000 : 10;
        if (typeof event === "number") continue;
        const tag = tagOf(event, number, time);
        if (!tag) {
          const mode = event === "live" ? "live" : "lossless";
          newcomers.push({ joined: sent.length, reader: broadcast.reader({ mode }) });
          continue;
        }
        sent.push(tag);
        await broadcast.send(tag);
      }
      await broadcast.end();
      for (const { joined, reader } of newcomers) {
        await reader.done;
        assertEquals(reader.tags, expected(sent, joined), `joined at ${joined}`);
        assertEquals(reader.subscription.ledger.balance(), 0);
      }
      assertEquals(broadcast.ledger.balance(), 0);
    }),
    { numRuns: 150 },
  );
});

Deno.test("Channel gives a newcomer no video of the cache that it does not want", async () => {
  const broadcast = new Broadcast();
  await broadcast.send(
    sequenceHeader("video", 1),
    sequenceHeader("audio", 2),
    videoTag(0),
    audioTag(5),
    videoTag(1),
  );
  const audioOnly = broadcast.reader({ video: false });
  const videoOnly = broadcast.reader({ audio: false });
  await broadcast.send(audioTag(30), videoTag(2));
  await broadcast.end();
  assertEquals(audioOnly.tags, [sequenceHeader("audio", 2), audioTag(5), audioTag(30)]);
  assertEquals(videoOnly.tags, [sequenceHeader("video", 1), videoTag(0), videoTag(1), videoTag(2)]);
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("Channel tells a consumer which of the media that it wants have come", async () => {
  const broadcast = new Broadcast();
  const { subscription: both } = broadcast.reader();
  const { subscription: audioOnly } = broadcast.reader({ video: false });
  const seen = () => [both, audioOnly].map(({ media, hasAllMedia }) => ({ ...media, hasAllMedia }));
  assertEquals(seen(), [
    { audio: false, video: false, hasAllMedia: false },
    { audio: false, video: false, hasAllMedia: false },
  ]);
  await broadcast.send(audioTag(0));
  assertEquals(seen(), [
    { audio: true, video: false, hasAllMedia: false },
    { audio: true, video: false, hasAllMedia: true },
  ]);
  await broadcast.send(videoTag(0));
  assertEquals(seen(), [
    { audio: true, video: true, hasAllMedia: true },
    { audio: true, video: false, hasAllMedia: true },
  ]);
  await broadcast.end();
});

Deno.test("Channel makes newcomers wait for a keyframe when the cache is off", async () => {
  const broadcast = Broadcast.withCache({ maxBytes: 0, maxTime: 20_000 });
  await broadcast.send(sequenceHeader("video", 1), videoTag(0), videoTag(1));
  const reader = broadcast.reader();
  await broadcast.send(videoTag(2));
  assertEquals(reader.tags, []);
  await broadcast.send(videoTag(25), videoTag(26));
  assertEquals(reader.tags, [
    { ...sequenceHeader("video", 1), timestamp: 1000 },
    videoTag(25),
    videoTag(26),
  ]);
  assertEquals(reader.subscription.ledger.dropped["before-keyframe"]?.videoFrames, 1);
  await broadcast.end();
});

Deno.test("Channel ends with its publication for those who came only then, too", async () => {
  const broadcast = new Broadcast();
  const early = broadcast.reader();
  await broadcast.end();
  await early.done;
  assertEquals(early.tags, []);
  await broadcast.channel.end();
  const late = broadcast.reader();
  await late.done;
  assertEquals(broadcast.channel.consumers, 0);
});

/** A keyframe or another frame of a track of H.264, in a message of its own. */
function trackTag(trackId: number, timestamp: number, slice: 0x65 | 0x41): FlvTag {
  const mark = slice === 0x65 ? 0x96 : 0xa6;
  const head = [mark, 0x03, ...new TextEncoder().encode("avc1"), trackId];
  return { type: "video", timestamp, data: Uint8Array.of(...head, 0, 0, 0, 1, slice) };
}

Deno.test("Channel gives a newcomer the keyframes of all tracks, which follow that of the first", async () => {
  const broadcast = new Broadcast();
  const group = (time: number) => [
    ...[0, 1, 2].map((id) => trackTag(id, time, 0x65)),
    ...[0, 1, 2].map((id) => trackTag(id, time + 40, 0x41)),
  ];
  await broadcast.send(...group(0), ...group(1_000));
  const early = broadcast.reader();
  assertEquals(early.tags, []);
  await broadcast.send(trackTag(1, 1_080, 0x65), trackTag(0, 1_080, 0x41));
  assertEquals(early.tags, [
    ...group(1_000),
    trackTag(1, 1_080, 0x65),
    trackTag(0, 1_080, 0x41),
  ]);
  // A keyframe of another track alone is no place to begin.
  const late = broadcast.reader();
  await broadcast.send(trackTag(0, 1_120, 0x41));
  assertEquals(late.tags, [...early.tags]);
  await broadcast.end();
});

Deno.test("a newcomer begins at a keyframe that only its bitstream shows, by the header's lengths", async () => {
  const broadcast = new Broadcast();
  const video = (timestamp: number, ...data: number[]): FlvTag => {
    return { type: "video", timestamp, data: Uint8Array.of(...data) };
  };
  const twoBytes = video(0, 0x17, 0, 0, 0, 0, 1, 0x42, 0xc0, 0x0c, 0xfd);
  const frame = (timestamp: number, slice: number) =>
    video(timestamp, 0x27, 1, 0, 0, 0, 0, 2, slice, timestamp);
  const [keyframe, inter] = [frame(40, 0x65), frame(80, 0x41)];
  await broadcast.send(twoBytes, frame(0, 0x41), keyframe, inter);
  const newcomer = broadcast.reader();
  await broadcast.end();
  await newcomer.done;
  assertEquals(newcomer.tags, [{ ...twoBytes, timestamp: 40 }, keyframe, inter]);
});
