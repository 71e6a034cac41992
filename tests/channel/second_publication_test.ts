import { assert, assertEquals } from "@std/assert";
import { isKeyframe, mediaKind } from "../../src/flv/tag_kind.ts";
import { videoTag } from "../support/media.ts";
import { audioTag, Broadcast, Reader, sequenceHeader } from "./broadcast.ts";

Deno.test("a consumer that survivesPublication a publication gets the next one after it, at later times", async () => {
  const first = new Broadcast();
  const staying = first.reader({ survivesPublication: true });
  const leaving = first.reader();
  await first.send(sequenceHeader("video", 1), videoTag(0), videoTag(1));
  await first.end();
  await leaving.done;
  assertEquals(leaving.tags.length, 3);

  first.advance(1_000);
  const second = new Broadcast(first.channel);
  await second.send(sequenceHeader("video", 2), videoTag(0), videoTag(1));
  await second.end();
  assertEquals(first.ledger.balance() + second.ledger.balance(), 0);
  await first.channel.end();
  await staying.done;

  const { tags } = staying;
  assertEquals(tags.slice(0, 3), leaving.tags);
  assertEquals(tags.map(({ data }) => data[1] === 0), [true, false, false, true, false, false]);
  // The header stands at the time where the first publication ended, the first frame a second later.
  const [header, keyframe, last] = tags.slice(3).map(({ timestamp }) => timestamp - 40);
  assertEquals(header, 0);
  assertEquals([keyframe, last], [1_000, 1_040]);
});

Deno.test("the tags of a publication wait for a slow consumer of the one before it", async () => {
  const first = new Broadcast();
  const slow = first.subscribe({ mode: "lossless", survivesPublication: true });
  const sent = Array.from({ length: 4 }, (_, i) => videoTag(i, 1024 * 1024));
  await first.send(...sent);
  const second = new Broadcast(first.channel);
  await second.send(audioTag(0));
  assertEquals(second.taken, 0);
  const reader = new Reader(slow);
  await first.end();
  await second.end();
  await first.channel.end();
  await reader.done;
  assertEquals(reader.tags.map(({ type }) => type), [...sent.map(() => "video"), "audio"]);
  const times = reader.tags.map(({ timestamp }) => timestamp);
  assertEquals(times, times.toSorted((a, b) => a - b));
  assertEquals(second.ledger.balance(), 0);
});

Deno.test("a newcomer to a second publication gets nothing of the first, and needs no keyframe without video", async () => {
  const first = new Broadcast();
  await first.send(sequenceHeader("video", 1), videoTag(0));
  await first.end();
  const second = new Broadcast(first.channel);
  await second.send(sequenceHeader("audio", 2), audioTag(0));
  const { tags } = second.reader();
  await second.send(audioTag(23));
  const kinds = tags.map(({ type, data }) => mediaKind(type, data));
  assertEquals(kinds, ["otherTags", "audioFrames"]);
  assert(!tags.some(isKeyframe));
  await second.end();
});

Deno.test("a publication that fails ends those who consume only it, and the channel goes on", async () => {
  const first = new Broadcast();
  const reader = first.reader();
  await first.send(videoTag(0));
  const failed = first.running.then(() => undefined, (error) => error);
  first.fail(new Error("broken"));
  assertEquals((await failed).message, "broken");
  await reader.done;
  assertEquals(reader.tags, [videoTag(0)]);

  const second = new Broadcast(first.channel);
  await second.send();
  const again = second.reader();
  await second.send(videoTag(0));
  await second.end();
  assertEquals(again.tags.length, 1);
});
