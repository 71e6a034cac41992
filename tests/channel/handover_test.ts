import { assertEquals } from "@std/assert";
import type { ConsumerCounts } from "../../src/ledger/consumer_counts.ts";
import type { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { videoTag } from "../support/media.ts";
import { promisesDone } from "../support/streams.ts";
import { audioTag, Broadcast, Reader, sequenceHeader, TestChannel } from "./broadcast.ts";

const MEBIBYTE = 1024 * 1024;

/** A channel whose first publication has ended, and waits for a slow lossless consumer. */
async function takenOver(survivesPublication: boolean) {
  const first = new Broadcast();
  const slow = first.subscribe({ kind: "slow", mode: "lossless", survivesPublication });
  const sent = Array.from({ length: 4 }, (_, i) => videoTag(i, MEBIBYTE));
  await first.send(...sent);
  const ending = first.end();
  const second = new Broadcast(first.channel);
  return { first, slow, sent, ending, second };
}

/** Video frames that consumers of a kind have taken of a publication. */
function delivered(ledger: PublicationLedger, kind: string): number | undefined {
  const counts: ConsumerCounts | undefined = ledger.consumption().get(kind);
  return counts?.delivered.videoFrames;
}

for (const survivesPublication of [false, true]) {
  const slowOne = survivesPublication ? "viewer" : "recording";
  Deno.test(`a consumer that subscribes while a slow ${slowOne} reads the last publication gets only the next one`, async () => {
    const { first, slow, sent, ending, second } = await takenOver(survivesPublication);
    const own = [videoTag(0), videoTag(1), videoTag(2)];
    await second.send(...own);
    // A viewer gets both, one after the other; a recording is no reason for the next to wait.
    assertEquals([first.taken, second.taken], survivesPublication ? [1, 0] : [4, 3]);
    const recording = second.reader({ kind: "recording", mode: "lossless" });
    const viewer = second.reader({ kind: "viewer", survivesPublication: true });
    assertEquals(first.ledger.consumers.map(({ kind }) => kind), ["slow"]);
    assertEquals(second.ledger.consumers.map(({ kind }) => kind), ["recording", "viewer"]);

    const reader = new Reader(slow);
    await ending;
    await second.end();
    await recording.done;
    const data = own.map(({ data }) => data);
    assertEquals(recording.tags.map(({ data }) => data), data);
    assertEquals(viewer.tags.map(({ data }) => data), data);
    const all = survivesPublication ? [...sent, ...own] : sent;
    assertEquals(reader.tags.map(({ data }) => data), all.map(({ data }) => data));
    await second.channel.end();
    assertEquals(delivered(first.ledger, "slow"), sent.length);
    assertEquals(delivered(second.ledger, "slow"), survivesPublication ? own.length : undefined);
    assertEquals([first.ledger.balance(), second.ledger.balance()], [0, 0]);
  });
}

Deno.test("a recording that is behind gets nothing of the publications after its own", async () => {
  const channel = new TestChannel();
  const publications: { broadcast: Broadcast; frames: number; recording: Reader | undefined }[] =
    [];
  const slow: { of: Broadcast; tags: ReadableStream<unknown> }[] = [];
  for (const frames of [200, 400, 50]) {
    const broadcast = new Broadcast(channel);
    slow.push({
      of: broadcast,
      tags: broadcast.subscribe({ kind: "slow", mode: "lossless" }).tags,
    });
    const recording = broadcast.reader({ kind: "recording", mode: "lossless" });
    await broadcast.send(...Array.from({ length: frames }, (_, i) => videoTag(i)));
    publications.push({ broadcast, frames, recording });
    void broadcast.end();
  }
  for (const { of, tags } of slow) {
    const read = await Array.fromAsync(tags);
    const { broadcast, frames, recording } = publications.find(({ broadcast }) =>
      broadcast === of
    )!;
    await broadcast.running;
    await recording!.done;
    assertEquals([read.length, recording!.tags.length], [frames, frames]);
    const { ledger } = broadcast;
    assertEquals([delivered(ledger, "slow"), delivered(ledger, "recording")], [frames, frames]);
    assertEquals([ledger.balance(), ledger.consumers.length], [0, 0]);
  }
});

Deno.test("a tag that waits for a viewer when the next publication begins is counted in its own publication", async () => {
  const first = new Broadcast();
  const viewer = first.subscribe({ kind: "viewer", survivesPublication: true });
  await first.send(videoTag(0), videoTag(1), videoTag(2));
  await first.end();
  const second = new Broadcast(first.channel);
  await second.send(videoTag(0), videoTag(1));
  const waiting = [first, second].map(({ ledger }) => ledger.consumers[0]?.inFlight.videoFrames);
  assertEquals(waiting, [3, 2]);

  const reader = viewer.tags.getReader();
  for (let i = 0; i < 4; i++) await reader.read();
  assertEquals([delivered(first.ledger, "viewer"), delivered(second.ledger, "viewer")], [3, 1]);
  assertEquals([first.ledger.consumers.length, second.ledger.consumers.length], [0, 1]);
  await reader.cancel();
  assertEquals(viewer.ledger.delivered.videoFrames, 4);
  assertEquals(second.ledger.consumption().get("viewer")?.dropped["consumer-left"]?.videoFrames, 1);
  assertEquals([first, second].map(({ ledger }) => ledger.balance()), [0, 0]);
  await second.end();
});

Deno.test("a viewer passes through a publication that was taken over before its turn came", async () => {
  const { first, slow, sent, ending, second } = await takenOver(true);
  await second.send(audioTag(0));
  const over = second.end();
  const third = new Broadcast(first.channel);
  await third.send(audioTag(0), audioTag(23));
  const newcomer = third.reader({ mode: "lossless" });
  const reader = new Reader(slow);
  await Promise.all([ending, over, third.end()]);
  await newcomer.done;
  assertEquals(newcomer.tags.length, 2);
  await first.channel.end();
  assertEquals(reader.tags.map(({ type }) => type), [
    ...sent.map(() => "video"),
    ...["audio", "audio", "audio"],
  ]);
  for (const { ledger } of [first, second, third]) assertEquals(ledger.balance(), 0);
});

Deno.test("a consumer that subscribes between two publications gets all of the next, and nothing of the last", async () => {
  const first = new Broadcast();
  await first.send(sequenceHeader("video", 1), videoTag(0), videoTag(1));
  await first.end();
  const viewer = first.reader({ survivesPublication: true });
  const recording = first.reader({ mode: "lossless" });
  let hasBegun = false;
  void viewer.subscription.started.then(() => hasBegun = true);
  await promisesDone();
  assertEquals([hasBegun, viewer.tags, first.ledger.consumers], [false, [], []]);

  const second = new Broadcast(first.channel);
  const own = [audioTag(0), videoTag(1), audioTag(23)];
  await second.send(...own);
  await second.end();
  await recording.done;
  for (const { tags } of [viewer, recording]) {
    assertEquals(tags.map(({ data }) => data), own.map(({ data }) => data));
  }
  assertEquals(second.ledger.balance(), 0);
});

Deno.test("Channel.open() is the publication that newcomers get, before it has a tag", async () => {
  const first = new Broadcast();
  await first.send(sequenceHeader("video", 1), videoTag(0));
  const { channel } = first;
  assertEquals(channel.sample("video"), sequenceHeader("video", 1));
  const second = new Broadcast(channel);
  assertEquals([channel.sample("video"), channel.rate.frameRate], [undefined, 0]);
  const newcomer = channel.subscribe({ kind: "test", mode: "live" });
  assertEquals(second.ledger.consumers.map(({ id }) => id), [newcomer.ledger.id]);
  await first.end();
  await second.send(videoTag(25));
  const ended = second.end();
  assertEquals((await Array.fromAsync(newcomer.tags)).map(({ data }) => data), [videoTag(25).data]);
  await ended;
});
