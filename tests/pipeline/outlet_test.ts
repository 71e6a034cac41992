import { assertEquals, assertRejects } from "@std/assert";
import { MappedSource } from "../../src/pipeline/mapped_source.ts";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import { type Giver, Outlet } from "../../src/pipeline/outlet.ts";
import { SinkStream } from "../../src/pipeline/sink_stream.ts";
import { SourceStream } from "../../src/pipeline/source_stream.ts";
import { promisesDone, readAll } from "../support/streams.ts";

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
}

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
