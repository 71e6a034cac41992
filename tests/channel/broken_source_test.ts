/**
 * A source of tags that is none, or breaks: its publication fails, and the channel goes on.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { Channel } from "../../src/channel/channel.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { readAll } from "../support/streams.ts";
import { within } from "../support/wait.ts";
import { audioTag } from "./broadcast.ts";

const ERROR = new Error("The source is broken");

interface Source {
  tags: () => unknown;
  /** Tags that come before it breaks. */
  before: number;
  message: string;
}

/** A stream of one tag, which then does what `next` does. */
function once(
  next: (controller: ReadableStreamDefaultController<unknown>) => void,
  cancel?: () => void | Promise<void>,
): ReadableStream<unknown> {
  let pulls = 0;
  return new ReadableStream({
    pull: (controller) => pulls++ === 0 ? controller.enqueue(audioTag(0)) : next(controller),
    ...cancel && { cancel },
  }, { highWaterMark: 0 });
}

const noTag = (controller: ReadableStreamDefaultController<unknown>) =>
  controller.enqueue({ type: "text", timestamp: 0, data: new Uint8Array(1) });

const SOURCES: Record<string, Source> = {
  "an array": { tags: () => [audioTag(0)], before: 0, message: "an array" },
  "null": { tags: () => null, before: 0, message: "null" },
  "a generator": {
    tags: () =>
      (function* () {
        yield audioTag(0);
      })(),
    before: 0,
    message: "expected a ReadableStream",
  },
  "a stream with a reader": {
    tags: () => {
      const tags = ReadableStream.from([audioTag(0)]);
      tags.getReader();
      return tags;
    },
    before: 0,
    message: "a reader already",
  },
  "a stream that fails at once": {
    tags: () => new ReadableStream({ start: (controller) => controller.error(ERROR) }),
    before: 0,
    message: ERROR.message,
  },
  "a stream that fails half way": {
    tags: () => once((controller) => controller.error(ERROR)),
    before: 1,
    message: ERROR.message,
  },
  "a stream of what is no tag": {
    tags: () => once(noTag),
    before: 1,
    message: "a tag of type text",
  },
  "a stream of nothing": {
    tags: () => once((controller) => controller.enqueue(undefined)),
    before: 1,
    message: "a tag of type undefined",
  },
  "a stream of a tag whose memory was transferred": {
    tags: () =>
      once((controller) => {
        const tag = audioTag(23);
        structuredClone(tag.data, { transfer: [tag.data.buffer as ArrayBuffer] });
        controller.enqueue(tag);
      }),
    before: 1,
    message: "transferred",
  },
  "a stream that fails to clean up as well": {
    tags: () =>
      once(noTag, () => {
        throw new Error("The cleanup is broken, too");
      }),
    before: 1,
    message: "a tag of type text",
  },
  "a stream whose cleanup never ends": {
    tags: () => once(noTag, () => new Promise<void>(() => {})),
    before: 1,
    message: "a tag of type text",
  },
};

for (const [what, { tags, before, message }] of Object.entries(SOURCES)) {
  Deno.test(`a channel goes on after ${what} was to be its publication`, async () => {
    const channel = new Channel();
    const ledger = new PublicationLedger(new ReceivedCounts());
    const consumer = channel.subscribe({ kind: "test", mode: "lossless" });
    const failed = assertRejects(
      () => within("the failure", channel.run(tags() as ReadableStream<FlvTag>, ledger)),
      Error,
      message,
    );
    assertEquals((await readAll(consumer.tags)).items.length, before);
    await failed;
    assertEquals(ledger.balance(), 0);
    await runsAgain(channel);
  });
}

Deno.test("Channel.run() rejects with the error that prepare throws, and the channel goes on", async () => {
  const channel = new Channel();
  const cancelled: unknown[] = [];
  const tags = new ReadableStream<FlvTag>({ cancel: (reason) => void cancelled.push(reason) });
  const running = channel.run(tags, undefined, () => {
    throw ERROR;
  });
  await assertRejects(() => within("the failure", running), Error, ERROR.message);
  assertEquals(cancelled, [ERROR]);
  await runsAgain(channel);
});

Deno.test("a generator of tags runs its finally when one of them is none", async () => {
  let isClean = false;
  async function* generate() {
    try {
      yield audioTag(0);
      yield "no tag" as unknown as FlvTag;
    } finally {
      isClean = true;
    }
  }
  await assertRejects(() => new Channel().run(ReadableStream.from(generate())), TypeError);
  assertEquals(isClean, true);
});

Deno.test("Feed.run() runs once", async () => {
  const channel = new Channel();
  const feed = channel.open(new PublicationLedger(new ReceivedCounts()));
  await feed.run(ReadableStream.from([audioTag(0)]));
  await assertRejects(() => feed.run(ReadableStream.from([audioTag(0)])), TypeError, "twice");
  await runsAgain(channel);
});

/** The next publication is given to its consumers. */
async function runsAgain(channel: Channel): Promise<void> {
  const { tags } = channel.subscribe({ kind: "test", mode: "lossless" });
  const running = channel.run(ReadableStream.from([audioTag(0), audioTag(23)]));
  assertEquals((await within("the next publication", readAll(tags))).items.length, 2);
  await running;
}
