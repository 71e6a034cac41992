import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { OrderedTransformStream } from "../../src/stream/ordered_transform_stream.ts";
import { CountingSource, pipeSlowly, readAll, turns } from "../support/streams.ts";

/** What the tests' stages fail with: a class of its own, to see that it survives. */
class StageError extends Error {}

/** What a stage was told, besides its input. */
interface Told {
  inputs: number[];
  flushes: number;
  cancelled: unknown[];
}

/** Makes ten items of each input, and throws behind them when the input is `failsAt`. */
function tenfold(failsAt?: number): Told & { stage: OrderedTransformStream<number, number> } {
  const told: Told = { inputs: [], flushes: 0, cancelled: [] };
  const stage = new OrderedTransformStream<number, number>({
    transform(input, emit) {
      told.inputs.push(input);
      for (let i = 0; i < 10; i++) emit(input * 10 + i);
      if (input === failsAt) throw new StageError("broken");
    },
    flush: () => void told.flushes++,
    cancel: (reason) => void told.cancelled.push(reason),
  });
  return Object.assign(told, { stage });
}

function identity(): OrderedTransformStream<number, number> {
  return new OrderedTransformStream({ transform: (input, emit) => emit(input) });
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

const paces: [string, (() => Promise<void>) | undefined][] = [
  ["at once", undefined],
  ["a turn later", () => turns(1)],
  ["three turns later", () => turns(3)],
];

for (const [pace, pause] of paces) {
  for (const stages of [1, 2, 3]) {
    const how = `reads ${pace} behind ${stages} stages`;

    Deno.test(`OrderedTransformStream delivers everything before its error to who ${how}`, async () => {
      const source = new CountingSource(upTo(20));
      const { stage, cancelled } = tenfold(9);
      let readable = source.readable.pipeThrough(stage);
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      const { items, error } = await readAll(readable, pause);
      assertEquals(items, upTo(100));
      assert(error instanceof StageError);
      assertEquals(cancelled, [error]);
      assertEquals(source.cancelled, [error]);
    });

    Deno.test(`OrderedTransformStream delivers everything before an error of flush to who ${how}`, async () => {
      const failing = new OrderedTransformStream<number, number>({
        transform: (input, emit) => emit(input),
        flush(emit) {
          for (let i = 20; i < 30; i++) emit(i);
          throw new StageError("at the end");
        },
      });
      let readable = ReadableStream.from(upTo(20)).pipeThrough(failing);
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      const { items, error } = await readAll(readable, pause);
      assertEquals(items, upTo(30));
      assert(error instanceof StageError);
    });

    Deno.test(`OrderedTransformStream delivers everything before an error upstream to who ${how}`, async () => {
      const lost = new StageError("connection reset");
      const { stage, cancelled } = tenfold();
      let readable = new CountingSource(upTo(5), lost).readable.pipeThrough(stage);
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      const { items, error } = await readAll(readable, pause);
      assertEquals(items, upTo(50));
      assertStrictEquals(error, lost);
      assertEquals(cancelled, [lost]);
    });
  }
}

for (const highWaterMark of [1, 16]) {
  Deno.test(
    `OrderedTransformStream delivers everything before its error to a slow sink of ${highWaterMark}`,
    async () => {
      const { stage } = tenfold(9);
      const readable = ReadableStream.from(upTo(20)).pipeThrough(stage).pipeThrough(identity())
        .pipeThrough(identity());
      const { items, error, aborted } = await pipeSlowly(readable, highWaterMark);
      assertEquals(items, upTo(100));
      assert(error instanceof StageError);
      assertStrictEquals(aborted, error);
    },
  );
}

Deno.test("OrderedTransformStream delivers a hundred items of the one input that then fails", async () => {
  const hundred = new OrderedTransformStream<string, number>({
    transform(_, emit) {
      upTo(100).forEach(emit);
      throw new StageError("after a hundred");
    },
  });
  const readable = ReadableStream.from(["input"]).pipeThrough(hundred).pipeThrough(identity());
  const { items, error } = await readAll(readable, () => turns(1));
  assertEquals(items, upTo(100));
  assert(error instanceof StageError);
});

Deno.test("OrderedTransformStream gives an error at once to who waits for it", async () => {
  const { stage } = tenfold();
  const writer = stage.writable.getWriter();
  const reader = stage.readable.getReader();
  const read = reader.read();
  await writer.abort(new StageError("gone"));
  await assertRejects(() => read, StageError, "gone");
  await assertRejects(() => reader.closed, StageError, "gone");
});

Deno.test("OrderedTransformStream takes no input while nobody reads", async () => {
  const source = new CountingSource(upTo(1000));
  const first = tenfold();
  const second = tenfold();
  const reader = source.readable.pipeThrough(first.stage).pipeThrough(second.stage).getReader();
  await turns(5);
  // A pipe reads one ahead for the stage behind it, as with any TransformStream.
  assertEquals(second.inputs, []);
  assert(first.inputs.length <= 1 && source.pulls <= 2, `${source.pulls} pulls without a read`);

  await reader.read();
  await turns(5);
  assertEquals(second.inputs, [0]);
  const { pulls } = source;
  assert(pulls <= 2, `${pulls} pulls for one read`);

  // What the first input became is there already: reading it takes nothing from upstream.
  for (let i = 1; i < 10; i++) assertEquals((await reader.read()).value, i);
  await turns(5);
  assertEquals(second.inputs, [0]);
  assertEquals(source.pulls, pulls);

  assertEquals((await reader.read()).value, 10);
  await reader.cancel();
});

Deno.test("OrderedTransformStream goes on to the next input when one gives nothing", async () => {
  const odd = new OrderedTransformStream<number, number>({
    transform: (input, emit) => void (input % 2 && emit(input)),
  });
  const { items } = await readAll(ReadableStream.from(upTo(10)).pipeThrough(odd));
  assertEquals(items, [1, 3, 5, 7, 9]);
});

Deno.test("OrderedTransformStream delivers what flush emits, and ends", async () => {
  const stage = new OrderedTransformStream<number, string>({
    transform: (input, emit) => emit(`${input}`),
    flush: (emit) => ["a", "b", "c"].forEach(emit),
  });
  const { items, error } = await readAll(
    ReadableStream.from([1]).pipeThrough(stage),
    () => turns(1),
  );
  assertEquals(items, ["1", "a", "b", "c"]);
  assertEquals(error, undefined);
});

Deno.test("OrderedTransformStream ends without flush and cancel, and with an empty input", async () => {
  assertEquals(await readAll(ReadableStream.from<number>([]).pipeThrough(identity())), {
    items: [],
    error: undefined,
  });
});

Deno.test("OrderedTransformStream calls flush at the end and cancel otherwise, once", async () => {
  const ends = tenfold();
  await readAll(ReadableStream.from([1]).pipeThrough(ends.stage));
  assertEquals([ends.flushes, ends.cancelled], [1, []]);

  const fails = tenfold(1);
  await readAll(ReadableStream.from([1]).pipeThrough(fails.stage));
  assertEquals([fails.flushes, fails.cancelled.length], [0, 1]);
});

Deno.test("OrderedTransformStream takes a cancel to its source, through three stages", async () => {
  const source = new CountingSource(upTo(100));
  const stages = [tenfold(), tenfold(), tenfold()];
  let readable: ReadableStream<number> = source.readable;
  for (const { stage } of stages) readable = readable.pipeThrough(stage);
  const reader = readable.getReader();
  await reader.read();
  const reason = new StageError("enough");
  await reader.cancel(reason);
  await turns();
  assertEquals(source.cancelled, [reason]);
  assertEquals(stages.map(({ cancelled }) => cancelled), [[reason], [reason], [reason]]);
  assertEquals(stages.map(({ flushes }) => flushes), [0, 0, 0]);
});

Deno.test("OrderedTransformStream ends a write that waits when the reader cancels", async () => {
  const { stage, inputs, cancelled } = tenfold();
  const writer = stage.writable.getWriter();
  const first = writer.write(1);
  const second = assertRejects(() => writer.write(2), StageError, "enough");
  const closed = assertRejects(() => writer.closed, StageError, "enough");
  await turns();
  await stage.readable.cancel(new StageError("enough"));
  await first;
  await second;
  await closed;
  assertEquals(inputs, []);
  assertEquals(cancelled.length, 1);
});

Deno.test("OrderedTransformStream ends a close that waits behind a write when the reader cancels", async () => {
  const { stage, flushes, cancelled } = tenfold();
  const writer = stage.writable.getWriter();
  const write = writer.write(1);
  const close = assertRejects(() => writer.close(), StageError, "enough");
  await turns();
  await stage.readable.cancel(new StageError("enough"));
  await write;
  await close;
  assertEquals([flushes, cancelled.length], [0, 1]);
});

Deno.test("OrderedTransformStream delivers a write that waits before the abort behind it", async () => {
  const { stage, inputs, cancelled } = tenfold();
  const writer = stage.writable.getWriter();
  const write = writer.write(1);
  await turns();
  const abort = writer.abort(new StageError("gone"));
  await turns();
  assertEquals([inputs, cancelled], [[], []]);
  const { items, error } = await readAll(stage.readable, () => turns(1));
  assertEquals(items, upTo(20).slice(10));
  assert(error instanceof StageError);
  await write;
  await abort;
  assertEquals(cancelled.length, 1);
});

Deno.test("OrderedTransformStream cancels once when a reader cancels after an abort", async () => {
  const { stage, cancelled } = tenfold();
  const writer = stage.writable.getWriter();
  writer.write(1);
  await turns();
  const abort = writer.abort(new StageError("gone"));
  await stage.readable.cancel(new StageError("enough"));
  await abort;
  assertEquals(cancelled.length, 1);
});

Deno.test("OrderedTransformStream forgets an error that nobody comes to read", async () => {
  const { stage, cancelled } = tenfold(1);
  const reader = ReadableStream.from([1, 2]).pipeThrough(stage).getReader();
  assertEquals((await reader.read()).value, 10);
  await turns();
  await reader.cancel("enough");
  assertEquals(cancelled.length, 1);
  assert((await reader.read()).done);
});

Deno.test("OrderedTransformStream serves several reads that wait at once, in order", async () => {
  const { stage } = tenfold(1);
  const reader = stage.readable.getReader();
  const reads = Promise.allSettled(Array.from({ length: 24 }, () => reader.read()));
  ReadableStream.from(upTo(5)).pipeTo(stage.writable).catch(() => {});
  const results = await reads;
  assertEquals(
    results.slice(0, 20).map((result) => result.status === "fulfilled" && result.value.value),
    upTo(20),
  );
  for (const result of results.slice(20)) {
    assert(result.status === "rejected" && result.reason instanceof StageError);
  }
});

Deno.test(
  "OrderedTransformStream loses nothing to a reader that gave up its lock while it waited",
  async () => {
    const { stage } = tenfold(1);
    const left = stage.readable.getReader();
    const read = assertRejects(() => left.read(), TypeError);
    left.releaseLock();
    await read;
    ReadableStream.from(upTo(5)).pipeTo(stage.writable).catch(() => {});
    await turns();
    const { items, error } = await readAll(stage.readable, () => turns(1));
    assertEquals(items, upTo(20));
    assert(error instanceof StageError);
  },
);

Deno.test("OrderedTransformStream rejects the write that fails, and all behind it", async () => {
  const { stage } = tenfold(1);
  const writer = stage.writable.getWriter();
  const all = readAll(stage.readable);
  const closed = assertRejects(() => writer.closed, StageError, "broken");
  await writer.write(0);
  await assertRejects(() => writer.write(1), StageError, "broken");
  await assertRejects(() => writer.write(2), StageError, "broken");
  await closed;
  assertEquals((await all).items, upTo(20));
});

Deno.test("OrderedTransformStream ends both sides even if the transformer's cancel throws", async () => {
  const fails = () =>
    new OrderedTransformStream<number, number>({
      transform() {
        throw new StageError("broken");
      },
      cancel() {
        throw new TypeError("cannot cancel");
      },
    });
  const broken = await readAll(ReadableStream.from([1]).pipeThrough(fails()));
  assert(broken.error instanceof StageError);

  const left = fails();
  const writer = left.writable.getWriter();
  const write = writer.write(1);
  const closed = assertRejects(() => writer.closed, StageError, "enough");
  await turns();
  await assertRejects(() => left.readable.cancel(new StageError("enough")), TypeError);
  await write;
  await closed;
});

Deno.test("OrderedTransformStream is a TransformStream", () => {
  const stage = identity();
  assert(stage instanceof TransformStream);
  assert(stage.readable instanceof ReadableStream);
  assert(stage.writable instanceof WritableStream);
  assertStrictEquals(stage.readable, stage.readable);
  assertStrictEquals(stage.writable, stage.writable);
});
