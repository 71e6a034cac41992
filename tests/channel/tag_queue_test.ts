import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type CountedTag, TAG_OVERHEAD, TagQueue } from "../../src/channel/tag_queue.ts";
import { noMedia } from "../../src/ledger/counts.ts";
import { clockAhead } from "../support/clock.ts";
import { videoTag } from "../support/media.ts";

function counted(number: number): CountedTag {
  return { tag: videoTag(number, 6 + number % 50), kind: "videoFrames" };
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
      let model: CountedTag[] = [];
      for (const [number, step] of steps.entries()) {
        if (step === "push") {
          model.push(counted(number));
          queue.push(counted(number));
        } else if (step === "shift") {
          assertEquals(queue.shift()?.tag, model.shift()?.tag);
        } else {
          assertEquals(queue.clear().map(({ tag }) => tag), model.map(({ tag }) => tag));
          model = [];
        }
        assertEquals(queue.length, model.length);
        assertEquals(
          queue.bytes,
          model.reduce((sum, { tag }) => sum + TAG_OVERHEAD + tag.data.length, 0),
        );
        assertEquals(queue.count(), { ...noMedia(), videoFrames: model.length });
      }
    },
  ));
});

Deno.test("TagQueue.age is that of the tag that waits longest", () => {
  const queue = new TagQueue();
  assertEquals(queue.age, 0);
  queue.push(counted(0));
  using _ = clockAhead(3_000);
  queue.push(counted(1));
  assert(queue.age >= 3_000);
  queue.shift();
  assert(queue.age < 3_000);
});
