import { assert, assertEquals } from "@std/assert";
import { Channel } from "../../src/channel/channel.ts";
import { DEFAULT_GOP_CACHE } from "../../src/channel/gop_cache.ts";
import { MediaBudget } from "../../src/channel/media_budget.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { filled } from "../support/bytes.ts";
import { videoTag } from "../support/media.ts";
import { promisesDone } from "../support/streams.ts";

const SIZE = 100_000;

/** Bytes that a frame of that size may be counted as. */
const LEAST = SIZE;
const MOST = SIZE + 1_000;

/** A channel that shares a budget, and what is published on it. */
class Published {
  readonly channel: Channel;
  readonly ledger = new PublicationLedger(new ReceivedCounts());
  readonly running: Promise<void>;
  #source!: ReadableStreamDefaultController<FlvTag>;

  constructor(budget: MediaBudget) {
    this.channel = new Channel(DEFAULT_GOP_CACHE, performance, budget);
    const tags = new ReadableStream<FlvTag>({ start: (source) => void (this.#source = source) });
    this.running = this.channel.run(tags, this.ledger);
  }

  /** Publishes frames from `first` on, of which every 25th is a keyframe. */
  async publish(first: number, count: number): Promise<void> {
    for (let i = first; i < first + count; i++) this.#source.enqueue(videoTag(i, SIZE));
    await promisesDone();
  }

  async end(): Promise<void> {
    this.#source.close();
    await this.running;
    await this.channel.end();
  }
}

function watch({ channel }: Published, mode: "live" | "lossless" = "live") {
  return channel.subscribe({ kind: "test", mode, shared: true, survivesPublication: true });
}

function assertFrames(frames: number, { bytes }: MediaBudget): void {
  assert(bytes >= frames * LEAST && bytes <= frames * MOST, `${bytes} for ${frames} frames`);
}

Deno.test("MediaBudget counts a tag once, however many consumers it waits for", async () => {
  const budget = new MediaBudget();
  const published = new Published(budget);
  const first = watch(published);
  const second = watch(published, "lossless");
  await published.publish(0, 8);
  assertFrames(8, budget);
  // A newcomer gets what is kept already.
  const third = watch(published);
  assertFrames(8, budget);
  // The next keyframe has the cache let the frames go, and they go on waiting.
  await published.publish(25, 1);
  assertFrames(9, budget);
  const all = [first, second, third].map(({ tags }) => Array.fromAsync(tags));
  await promisesDone();
  assertFrames(1, budget);
  await published.end();
  assertEquals((await Promise.all(all)).map(({ length }) => length), [9, 9, 9]);
  assertEquals([budget.bytes, budget.evictions, published.ledger.balance()], [0, 0, 0]);
});

Deno.test("MediaBudget has nothing left of what was cut off, in whichever order it ends", async () => {
  const budget = new MediaBudget();
  const published = new Published(budget);
  const leaver = watch(published);
  const stayer = watch(published);
  await published.publish(0, 3);
  await leaver.tags.cancel();
  assertFrames(3, budget);
  const ending = published.end();
  await promisesDone();
  assertFrames(3, budget);
  await stayer.tags.cancel();
  await ending;
  assertEquals([budget.bytes, published.ledger.balance()], [0, 0]);
});

Deno.test("beyond a MediaBudget those that keep the most let it go, and no others", async () => {
  const budget = new MediaBudget(10 * MOST);
  const honest = new Published(budget);
  const viewer = watch(honest);
  const greedy = new Published(budget);
  const slow = watch(greedy);
  await honest.publish(0, 3);
  await greedy.publish(0, 10);
  assertFrames(3, budget);
  assert(budget.evictions >= 2);
  // The slow one goes on at the next keyframe, and so do newcomers; the others have lost nothing.
  assertEquals(slow.ledger.dropped["memory-limit"]?.videoFrames, 10);
  const newcomer = watch(greedy);
  await greedy.publish(25, 2);
  const tags = [viewer, slow, newcomer].map(({ tags }) => Array.fromAsync(tags));
  await Promise.all([honest.end(), greedy.end()]);
  assertEquals((await Promise.all(tags)).map(({ length }) => length), [3, 2, 2]);
  assertEquals(viewer.ledger.dropped, {});
  assertEquals([budget.bytes, greedy.ledger.balance()], [0, 0]);
});

Deno.test("beyond a MediaBudget headers go when there are no frames to let go", async () => {
  const budget = new MediaBudget(20_000);
  const published = new Published(budget);
  await published.publish(0, 1);
  assertEquals(budget.bytes, 0);
  const header: FlvTag = { type: "video", timestamp: 0, data: filled(30_000) };
  header.data.set([0x17, 0, 0, 0, 0]);
  const channel = new Channel(DEFAULT_GOP_CACHE, performance, budget);
  const run = channel.run(ReadableStream.from([header]));
  await run;
  await published.end();
  assertEquals(budget.bytes, 0);
  assert(budget.evictions >= 2);
});
