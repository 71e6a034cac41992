/**
 * What the functions of one consumer throw ends that consumer, and no other.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type { SubscribeOptions, Subscription } from "../../src/channel/subscription.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { videoTag } from "../support/media.ts";
import { promisesDone, readAll } from "../support/streams.ts";
import { Broadcast, metadata, type Reader, sequenceHeader } from "./broadcast.ts";

const published = (): FlvTag[] => [
  metadata(1),
  sequenceHeader("video", 1),
  ...Array.from({ length: 5 }, (_, i) => videoTag(i)),
];

const ERROR = new Error("The filter is broken");

/** Filters that fail at their third tag. */
const FILTERS: [what: string, broken: () => unknown, isRight: (error: unknown) => boolean][] = [
  ["throws", () => {
    throw ERROR;
  }, (error) => error === ERROR],
  ["throws undefined", () => {
    throw undefined;
  }, (error) => error === undefined],
  ["is async", async () => await videoTag(0), isTypeError],
  ["rejects", () => Promise.reject(ERROR), isTypeError],
  ["gives a text", () => "a tag", isTypeError],
  ["gives a tag without data", () => ({ type: "video", timestamp: 0 }), isTypeError],
  ["gives a tag whose memory was transferred", () => {
    const tag = videoTag(0);
    structuredClone(tag.data, { transfer: [tag.data.buffer as ArrayBuffer] });
    return tag;
  }, isTypeError],
];

for (const [what, broken, isRight] of FILTERS) {
  for (const mode of ["live", "lossless"] as const) {
    Deno.test(`a ${mode} consumer whose filter ${what} fails alone, after the tags that it has`, async () => {
      const broadcast = new Broadcast();
      const other = broadcast.reader({ mode: "lossless" });
      let count = 0;
      const filter = (tag: FlvTag) => ++count > 2 ? broken() as FlvTag : tag;
      const failing = broadcast.subscribe({ mode, filter });
      await broadcast.send(...published());
      const { items, error } = await readAll(failing.tags);
      await broadcast.end();
      assertEquals(items, published().slice(0, 2));
      assert(isRight(error), String(error));
      assertEquals(other.tags, published());
      assertEquals(failing.ledger.dropped["consumer-left"]?.videoFrames, 1);
      assertEquals([failing.ledger.balance(), broadcast.ledger.balance()], [0, 0]);
      assertEquals(broadcast.channel.consumers, 0);
    });
  }

  Deno.test(`a newcomer whose filter ${what} at what is kept for it fails alone`, async () => {
    const broadcast = new Broadcast();
    const other = broadcast.reader();
    await broadcast.send(...published());
    const failing = broadcast.subscribe({ filter: () => broken() as FlvTag });
    await broadcast.send(videoTag(5));
    const { items, error } = await readAll(failing.tags);
    await broadcast.end();
    assertEquals(items, []);
    assert(isRight(error), String(error));
    assertEquals(other.tags, [...published(), videoTag(5)]);
    assertEquals(broadcast.ledger.balance(), 0);
  });
}

Deno.test("a consumer that cancels its tags within its filter has left", async () => {
  const broadcast = new Broadcast();
  const other = broadcast.reader();
  const leaving: Subscription = broadcast.subscribe({
    filter(tag) {
      leaving.tags.cancel();
      return tag;
    },
  });
  await broadcast.send(...published());
  await leaving.done;
  await broadcast.end();
  assertEquals(other.tags, published());
  assertEquals(leaving.ledger.dropped["consumer-left"]?.scriptTags, 1);
  assertEquals([leaving.ledger.balance(), broadcast.ledger.balance()], [0, 0]);
});

Deno.test("a consumer that is added within a filter gets each tag once", async () => {
  const broadcast = new Broadcast();
  const added: Reader[] = [];
  broadcast.reader({
    filter(tag) {
      if (added.length === 0) added.push(broadcast.reader());
      return tag;
    },
  });
  await broadcast.send(...published());
  await broadcast.end();
  assertEquals(added[0]!.tags, published());
  assertEquals(broadcast.ledger.balance(), 0);
});

/** What hears of a lag, and fails. */
const LISTENERS: [what: string, onLag: NonNullable<SubscribeOptions["onLag"]>][] = [
  ["throws", () => {
    throw ERROR;
  }],
  ["rejects", async () => await Promise.reject(ERROR)],
];

for (const [what, onLag] of LISTENERS) {
  Deno.test(`a consumer whose onLag ${what} fails alone`, async () => {
    const broadcast = new Broadcast();
    const other = broadcast.reader();
    const failing = broadcast.subscribe({ onLag });
    await broadcast.send(...published());
    broadcast.advance(60_000);
    await broadcast.send(videoTag(5));
    await promisesDone();
    await broadcast.send(videoTag(6));
    assertStrictEquals(await assertRejects(() => failing.tags.getReader().read()), ERROR);
    await broadcast.end();
    assertEquals(other.tags, [...published(), videoTag(5), videoTag(6)]);
    assertEquals(failing.ledger.dropped["slow-subscriber"]?.videoFrames, 6);
    assertEquals([failing.ledger.balance(), broadcast.ledger.balance()], [0, 0]);
  });
}

Deno.test("a lossless consumer that fails with a full queue holds the publisher back no more", async () => {
  const broadcast = new Broadcast();
  let broken = false;
  const failing = broadcast.subscribe({
    mode: "lossless",
    filter(tag) {
      if (broken) throw ERROR;
      return tag;
    },
  });
  const large = Array.from({ length: 3 }, (_, i) => videoTag(i, 1024 * 1024));
  await broadcast.send(large[0]!);
  broken = true;
  const other = broadcast.reader();
  const reader = failing.tags.getReader();
  assertEquals((await reader.read()).value?.data.length, large[0]!.data.length);
  await broadcast.send(large[1]!, large[2]!);
  assertEquals(other.tags.length, 3);
  assertStrictEquals(await assertRejects(() => reader.read()), ERROR);
  await broadcast.end();
  assertEquals(broadcast.ledger.balance(), 0);
});

Deno.test("Channel.subscribe() refuses options that it does not know", () => {
  const { channel } = new Broadcast();
  const wrong: [options: unknown, message: string][] = [
    [null, "Cannot use null as the options"],
    [{ mode: "live" }, "Cannot use undefined as kind"],
    [{ kind: "test" }, 'Cannot use undefined as mode: expected "live" or "lossless"'],
    [{ kind: "test", mode: "losless" }, "Cannot use a value of type string as mode"],
    [{ kind: "test", mode: 1n }, "Cannot use a value of type bigint as mode"],
    [{ kind: "test", mode: "live", filter: {} }, "Cannot use a value of type object as filter"],
    [{ kind: "test", mode: "live", onLag: 1 }, "Cannot use a value of type number as onLag"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => channel.subscribe(options as SubscribeOptions), TypeError, message);
  }
  assertEquals(channel.consumers, 0);
});

function isTypeError(error: unknown): boolean {
  return error instanceof TypeError && /filter/.test(error.message);
}
