import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type CountedTag, TAG_OVERHEAD, TagClassifier } from "../../src/channel/counted_tag.ts";
import { TagQueue } from "../../src/channel/tag_queue.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { ConsumerLedger } from "../../src/ledger/consumer_ledger.ts";
import { TestClock } from "../support/clock.ts";
import { videoTag } from "../support/media.ts";

const SHARE = new ConsumerLedger({ kind: "test", mode: "live" }).open();

function tagOf(number: number): FlvTag {
  return videoTag(number, 6 + number % 50);
}

function push(queue: TagQueue, tag: FlvTag): void {
  const counted: CountedTag = {
    ...new TagClassifier().classify(tag),
    ...{ keyframe: false, lacksHeader: false },
  };
  queue.push(counted, counted.kind, SHARE);
}

Deno.test("TagQueue is a queue that knows its length and bytes", () => {
  fc.assert(fc.property(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constant("push") },
        { weight: 5, arbitrary: fc.constant("shift") },
        { weight: 1, arbitrary: fc.constant("clear") },
      ),
      { maxLength: 600, size: "max" },
    ),
    (steps) => {
      const queue = new TagQueue();
      let model: FlvTag[] = [];
      for (const [number, step] of steps.entries()) {
        if (step === "push") {
          model.push(tagOf(number));
          push(queue, tagOf(number));
        } else if (step === "shift") {
          assertEquals(queue.shift()?.counted.tag, model.shift());
        } else {
          assertEquals(queue.clear().map(({ counted }) => counted.tag), model);
          model = [];
        }
        assertEquals(queue.length, model.length);
        assertEquals(
          queue.bytes,
          model.reduce((sum, { data }) => sum + TAG_OVERHEAD + data.length, 0),
        );
      }
    },
  ));
});

Deno.test("TagQueue.age is that of the tag that waits longest", () => {
  const now = new TestClock();
  const queue = new TagQueue(now);
  assertEquals(queue.age, 0);
  push(queue, tagOf(0));
  now.advance(3_000);
  push(queue, tagOf(1));
  now.advance(500);
  assertEquals(queue.age, 3_500);
  queue.shift();
  assertEquals(queue.age, 500);
});
