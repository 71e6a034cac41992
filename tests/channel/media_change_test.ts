import { assertEquals, assertMatch } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { hex } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { audioTag, Broadcast, type Reader, sequenceHeader } from "./broadcast.ts";

const HEVC = "68766331";
const OPUS = "4f707573";

/** What a publication sends in its first 1.2 seconds. */
type Media = (timestamp: number) => FlvTag[];

function at(timestamp: number, type: "audio" | "video", digits: string): FlvTag {
  return { type, timestamp, data: hex(digits) };
}

const avc: Media = (time) => [videoTag(0), { ...videoTag(1), timestamp: time }].slice(time ? 1 : 0);
const hevc: Media = (time) => [at(time, "video", `91 ${HEVC} 000000 0102`)];
const aac: Media = (time) => [audioTag(time)];
const opus: Media = (time) => [at(time, "audio", `91 ${OPUS} 0102`)];
const otherTrack: Media = (time) => [at(time, "audio", `95 01 ${OPUS} 01 0102`)];
const enhancedAvc: Media = (time) => [at(time, "video", "91 61766331 000000 0102")];

function isFrame({ type, data }: FlvTag, of: "audio" | "video"): boolean {
  return type === of && mediaKind(type, data) === `${of}Frames`;
}

/** All of a publication's kinds of media, every 100 ms for 1.2 s; one may begin later. */
function publication(...media: (Media | [Media, number])[]): FlvTag[] {
  const headers = [sequenceHeader("video", 1), sequenceHeader("audio", 2)];
  return headers.concat(
    Array.from({ length: 13 }, (_, i) => 100 * i).flatMap((time) =>
      media.flatMap((one) => {
        const [make, from] = Array.isArray(one) ? one : [one, 0];
        return time >= from ? make(time) : [];
      })
    ),
  );
}

const BOTH = publication(avc, aac);

const SEQUELS: [what: string, first: FlvTag[], second: FlvTag[], changed: RegExp | undefined][] = [
  ["the same media", BOTH, BOTH, undefined],
  ["the same codec, named in another way", BOTH, publication(enhancedAvc, aac), undefined],
  [
    "the same media, of which one begins 900 ms later",
    BOTH,
    publication(avc, [aac, 900]),
    undefined,
  ],
  ["no audio", BOTH, publication(avc), /other audio$/],
  ["no video", BOTH, publication(aac), /other video$/],
  ["audio where there was none", publication(avc), BOTH, /other audio$/],
  ["video where there was none", publication(aac), BOTH, /other video$/],
  ["another video codec", BOTH, publication(hevc, aac), /other video$/],
  ["another audio codec", BOTH, publication(avc, opus), /other audio$/],
  ["another track", publication(avc, opus), publication(avc, otherTrack), /other audio$/],
  ["one track more", publication(avc, opus), publication(avc, opus, otherTrack), /other audio$/],
  ["other audio and other video", BOTH, publication(hevc, opus), /other (audio|video)$/],
];

/** Publishes two in a row to viewers of all kinds. */
async function watchBoth(first: FlvTag[], second: FlvTag[]) {
  const before = new Broadcast();
  const viewers: Record<string, Reader> = {
    announcing: before.reader({ announces: true, survivesPublication: true }),
    lossless: before.reader({ announces: true, survivesPublication: true, mode: "lossless" }),
    push: before.reader({ survivesPublication: true }),
    silent: before.reader({ announces: true, survivesPublication: true, audio: false }),
  };
  await before.send(...first);
  await before.end();
  const newcomer = before.reader({ announces: true, survivesPublication: true });
  const after = new Broadcast(before.channel);
  await after.send(...second);
  await after.end();
  return { before, after, viewers, newcomer };
}

for (const [what, first, second, changed] of SEQUELS) {
  Deno.test(`a viewer that announces ${changed ? "ends" : "goes on"} when the publisher is back with ${what}`, async () => {
    const { before, after, viewers, newcomer } = await watchBoth(first, second);
    const { announcing, lossless, push, silent } = viewers;
    const hadVideo = first.some((tag) => isFrame(tag, "video"));
    const audioAlone = changed?.source.includes("other audio$") ?? true;
    assertEquals(push!.tags.length, first.length + second.length);
    assertEquals(newcomer.tags.length, second.length);
    for (const { subscription, tags } of [announcing!, lossless!]) {
      const { endReason, ledger } = subscription;
      assertEquals(endReason !== undefined, changed !== undefined, endReason);
      if (changed) assertMatch(endReason!, changed);
      assertEquals(tags.length === first.length + second.length, !changed);
      assertEquals(ledger.offered.videoFrames, ledger.delivered.videoFrames);
    }
    // One that wants no audio has not announced any; one that has had nothing has announced nothing.
    assertEquals(silent!.subscription.endReason === undefined, audioAlone || !hadVideo);
    await after.channel.end();
    for (const { done } of [...Object.values(viewers), newcomer]) await done;
    assertEquals([before.ledger.balance(), after.ledger.balance()], [0, 0]);
  });
}

Deno.test("a kind of media that is missing is found within a second, and what waits can still be read", async () => {
  const before = new Broadcast();
  const viewer = before.subscribe({ announces: true, survivesPublication: true });
  await before.send(...BOTH);
  await before.end();
  const after = new Broadcast(before.channel);
  const video = (times: number[]) => times.flatMap(avc);
  await after.send(...video([0, 400, 900]));
  assertEquals(viewer.endReason, undefined);
  await after.send(...video([1_040]));
  assertEquals(viewer.endReason, "The publisher has come back with other audio");
  await after.send(...video([1_080]));
  assertEquals(after.ledger.consumers.map(({ inFlight }) => inFlight.videoFrames), [4]);
  const read = await Array.fromAsync(viewer.tags);
  assertEquals(read.length, BOTH.length + 4);
  await after.end();
  assertEquals([before.ledger.balance(), after.ledger.balance()], [0, 0]);
});

Deno.test("media are compared over a publication that was too short to show what it has", async () => {
  const before = new Broadcast();
  const viewer = before.reader({ announces: true, survivesPublication: true });
  await before.send(...BOTH);
  await before.end();
  const short = new Broadcast(before.channel);
  await short.send(videoTag(0));
  await short.end();
  const after = new Broadcast(before.channel);
  await after.send(...BOTH);
  assertEquals(viewer.subscription.endReason, undefined);
  await after.end();
  await after.channel.end();
});
