import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { MappedSource } from "../../src/pipeline/mapped_source.ts";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import { type Giver, Outlet } from "../../src/pipeline/outlet.ts";
import { SinkStream } from "../../src/pipeline/sink_stream.ts";
import { SourceStream } from "../../src/pipeline/source_stream.ts";
import { promisesDone, readAll } from "../support/streams.ts";
import { until, within } from "../support/wait.ts";

/** For what needs a few promises and no timer, in milliseconds. */
const SOON = 5_000;

/** How the items of an outlet are read: each of these is a way of its own through the pipeline. */
const WAYS: Record<string, (outlet: Outlet<number>) => ReadableStream<number>> = {
  "a stream": (outlet) => new SourceStream(outlet),
  "a map": (outlet) => new SourceStream(new MappedSource(outlet, (item) => item)),
  "a stage": (outlet) => new SourceStream(outlet).pipeThrough(identity()),
  "a stage after a map": (outlet) =>
    new SourceStream(new MappedSource(outlet, (item) => item)).pipeThrough(identity()),
  "an ordinary pipe": (outlet) => new SourceStream(outlet).pipeThrough(new TransformStream()),
};

function identity(): OrderedTransformStream<number, number> {
  return new OrderedTransformStream({ transform: (item, emit) => emit(item) });
}

/** Gives a step of items each time that it is asked: at once, or later. */
class Steps implements Giver {
  readonly outlet = new Outlet<number>(this);
  readonly left: Giver["left"] = (reason) => void this.reasons.push(reason);
  readonly reasons: unknown[] = [];
  asked = 0;
  readonly #steps: number[][];
  readonly #end: (outlet: Outlet<number>) => void;
  readonly #isLate: boolean;

  constructor(
    steps: number[][],
    isLate: boolean,
    end: (outlet: Outlet<number>) => void = (outlet) => outlet.end(),
  ) {
    this.#steps = [...steps];
    this.#end = end;
    this.#isLate = isLate;
  }

  wanted(): void | Promise<void> {
    this.asked++;
    return this.#isLate ? promisesDone().then(() => this.#next()) : this.#next();
  }

  #next(): void {
    const step = this.#steps.shift();
    if (!step) this.#end(this.outlet);
    else if (step.length === 1) this.outlet.give(step[0]!);
    else this.outlet.giveAll(step);
  }
}

const STEPS = [[1], [], [2, 3, 4], [], [], [5], [6]];

for (const [name, read] of Object.entries(WAYS)) {
  for (const isLate of [false, true]) {
    const when = isLate ? "later" : "at once";

    Deno.test(`what an Outlet is given ${when} comes in order through ${name}`, async () => {
      const { items, error } = await readAll(read(new Steps(STEPS, isLate).outlet));
      assertEquals([items, error], [STEPS.flat(), undefined]);
    });

    Deno.test(`the error of an Outlet that gives ${when} comes after all items through ${name}`, async () => {
      const broken = new RangeError("broken");
      const steps = new Steps(STEPS, isLate, (outlet) => outlet.fail(broken));
      const { items, error } = await readAll(read(steps.outlet), promisesDone);
      // A plain TransformStream drops what has not been read.
      const expected = name === "an ordinary pipe" ? items : STEPS.flat();
      assertEquals([items, error], [expected, broken]);
    });
  }

  Deno.test(`several reads of ${name} that wait at once get the items of an Outlet in order`, async () => {
    const steps = new Steps([[1], [], [2], [3]], true);
    const reader = read(steps.outlet).getReader();
    const reads = await Promise.all([1, 2, 3, 4].map(() => reader.read()));
    assertEquals(reads.map(({ value }) => value), [1, 2, 3, undefined]);
  });

  Deno.test(`a wait for an Outlet through ${name} ends when it is ended or fails`, async () => {
    for (const broken of [undefined, new RangeError("broken")]) {
      const outlet = new Outlet<number>({ wanted() {}, left() {} });
      const reading = readAll(read(outlet));
      await promisesDone();
      if (broken) outlet.fail(broken);
      else outlet.end();
      assertEquals(await reading, { items: [], error: broken });
    }
  });

  Deno.test(`a reader that only waits for the end of an Outlet through ${name} is told of it`, async () => {
    for (const broken of [undefined, new RangeError("broken")]) {
      for (const isRead of [false, true]) {
        const outlet = new Outlet<number>({ wanted() {}, left() {} });
        const reader = read(outlet).getReader();
        if (isRead) {
          const first = reader.read();
          await until("the reader to wait", () => outlet.isWanted);
          outlet.give(1);
          assertEquals(await first, { done: false, value: 1 });
        }
        const end = reader.closed.then(() => undefined, (error) => error);
        if (broken) outlet.fail(broken);
        else outlet.end();
        assertStrictEquals(await within("the end", end, SOON), broken);
      }
    }
  });

  Deno.test(`an end of an Outlet through ${name} comes after what has not been read`, async () => {
    for (const broken of [undefined, new RangeError("broken")]) {
      // A plain TransformStream drops what has not been read.
      if (broken && name === "an ordinary pipe") continue;
      const outlet = new Outlet<number>({ wanted() {}, left() {} });
      const reader = read(outlet).getReader();
      const first = reader.read();
      await until("the reader to wait", () => outlet.isWanted);
      outlet.giveAll([1, 2]);
      if (broken) outlet.fail(broken);
      else outlet.end();
      assertEquals((await first).value, 1);
      await promisesDone();
      assertEquals((await reader.read()).value, 2);
      const end = reader.read().then(({ done }) => done, (error) => error);
      assertEquals(await within("the end", end, SOON), broken ?? true);
    }
  });
}

Deno.test("an Outlet that ends while it gives an item ends after that item", async () => {
  for (const broken of [undefined, new RangeError("broken")]) {
    const outlet: Outlet<number> = new Outlet<number>({
      wanted: () => outlet.giveAll([1, 2]),
      left() {},
    });
    const map = (item: number) => {
      if (broken) outlet.fail(broken);
      else outlet.end();
      return item;
    };
    const { items, error } = await readAll(new SourceStream(new MappedSource(outlet, map)));
    assertEquals([items, error], [[1, 2], broken]);
  }
});

Deno.test("a stage with something left at its end gives it though its Outlet has ended unread", async () => {
  const outlet = new Outlet<number>({ wanted() {}, left() {} });
  const counts = { flushes: 0 };
  const stage = new OrderedTransformStream<number, number>({
    transform: (item, emit) => emit(item),
    async flush(emit) {
      counts.flushes++;
      await promisesDone();
      emit(7);
    },
  });
  const readable = new SourceStream(outlet).pipeThrough(stage).pipeThrough(identity());
  outlet.end();
  const { items, error } = await readAll(readable);
  assertEquals([items, error, counts], [[7], undefined, { flushes: 1 }]);
});

Deno.test("a stage that takes its time ends after it when its Outlet has ended meanwhile", async () => {
  const outlet = new Outlet<number>({ wanted() {}, left() {} });
  const slow = Promise.withResolvers<void>();
  const stage = new OrderedTransformStream<number, number>({
    async transform(item, emit) {
      await slow.promise;
      emit(item);
    },
  });
  const reader = new SourceStream(outlet).pipeThrough(stage).getReader();
  const first = reader.read();
  await until("the reader to wait", () => outlet.isWanted);
  outlet.give(1);
  outlet.end();
  slow.resolve();
  assertEquals((await first).value, 1);
  await within("the end", reader.closed, SOON);
});

Deno.test("an Outlet is asked once for each step, and not before it is read", async () => {
  const steps = new Steps([[1], [2, 3], [4]], false);
  const reader = new SourceStream(steps.outlet).getReader();
  await promisesDone();
  assertEquals(steps.asked, 0);
  for (const asked of [1, 2, 2, 3, 4, 4]) {
    await reader.read();
    await promisesDone();
    assertEquals(steps.asked, asked);
  }
});

Deno.test("an Outlet wants nothing while its reader does not, and takes nothing after its end", async () => {
  const outlet = new Outlet<number>({ wanted() {}, left() {} });
  assertEquals([outlet.isWanted, outlet.hasEnded], [false, false]);
  outlet.give(1);
  const reader = new SourceStream(outlet).getReader();
  await promisesDone();
  const first = reader.read();
  assertEquals(outlet.isWanted, true);
  outlet.give(2);
  assertEquals(outlet.isWanted, false);
  assertEquals(await first, { done: false, value: 2 });
  const second = reader.read();
  outlet.end();
  outlet.give(3);
  outlet.fail(new RangeError("late"));
  assertEquals([outlet.isWanted, outlet.hasEnded], [false, true]);
  assertEquals((await second).done, true);
});

Deno.test("an Outlet fails with what its giver rejects with, while it is read and after", async () => {
  const outlet = new Outlet<number>({
    wanted: () => Promise.reject(new RangeError("broken")),
    left() {},
  });
  const reader = new SourceStream(outlet).getReader();
  await assertRejects(() => reader.read(), RangeError);
  await assertRejects(() => new SourceStream(outlet).getReader().read(), RangeError);
});

Deno.test("who cancels an Outlet's stream waits for what its giver does then", async () => {
  const done = Promise.withResolvers<void>();
  const reasons: unknown[] = [];
  const outlet = new Outlet<number>({
    wanted() {},
    left(reason) {
      reasons.push(reason);
      return done.promise;
    },
  });
  const reader = new SourceStream(outlet).getReader();
  const reading = reader.read();
  let isCancelled = false;
  const cancelling = reader.cancel("enough").then(() => isCancelled = true);
  assertEquals((await reading).done, true);
  await promisesDone();
  assertEquals([isCancelled, reasons, outlet.hasEnded], [false, ["enough"], true]);
  done.resolve();
  await cancelling;
});

Deno.test("a sink that fails tells the giver of an Outlet", async () => {
  const steps = new Steps([[1], [2]], true);
  const broken = new RangeError("broken");
  const sink = new SinkStream<number>({ write: () => Promise.reject(broken) });
  await assertRejects(() => new SourceStream(steps.outlet).pipeTo(sink), RangeError);
  assertEquals(steps.reasons, [broken]);
});
