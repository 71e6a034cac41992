import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import { identity, StageError, tenfold, upTo } from "../support/stages.ts";
import { CountingSource, pipeSlowly, readAll, turns } from "../support/streams.ts";

const paces: [string, (() => Promise<void>) | undefined][] = [
  ["at once", undefined],
  ["a turn later", () => turns(1)],
];

for (const [pace, pause] of paces) {
  for (const stages of [1, 2, 3]) {
    const how = `to a reader that reads ${pace} after ${
      stages === 1 ? "one stage" : `${stages} stages`
    }`;

    Deno.test(`OrderedTransformStream delivers everything before its error ${how}`, async () => {
      const source = new CountingSource(upTo(10));
      const { stage, cancelled } = tenfold(4);
      let readable = source.readable.pipeThrough(stage);
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      const { items, error } = await readAll(readable, pause);
      assertEquals(items, upTo(50));
      assert(error instanceof StageError);
      assertEquals(cancelled, [error]);
      assertEquals(source.cancelled, [error]);
    });

    Deno.test(`OrderedTransformStream delivers everything before an error of flush ${how}`, async () => {
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

    Deno.test(`OrderedTransformStream delivers everything before an error upstream ${how}`, async () => {
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
      const { stage } = tenfold(4);
      const readable = ReadableStream.from(upTo(20)).pipeThrough(stage).pipeThrough(identity())
        .pipeThrough(identity());
      const { items, error, aborted } = await pipeSlowly(readable, highWaterMark);
      assertEquals(items, upTo(50));
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

Deno.test("OrderedTransformStream gives an error at once to a reader that waits for it", async () => {
  const { stage } = tenfold();
  const writer = stage.writable.getWriter();
  const reader = stage.readable.getReader();
  const read = reader.read();
  await writer.abort(new StageError("gone"));
  await assertRejects(() => read, StageError, "gone");
  await assertRejects(() => reader.closed, StageError, "gone");
});

Deno.test("OrderedTransformStream takes no input while its output is not read", async () => {
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

Deno.test("OrderedTransformStream serves reads that have waited for long, one input each", async () => {
  const stage = identity();
  const reader = stage.readable.getReader();
  const reads = Promise.all([reader.read(), reader.read(), reader.read()]);
  await turns();
  await ReadableStream.from(upTo(3)).pipeTo(stage.writable);
  assertEquals((await reads).map(({ value }) => value), [0, 1, 2]);
  assert((await reader.read()).done);
});

Deno.test("OrderedTransformStream is a TransformStream", () => {
  const stage = identity();
  assert(stage instanceof TransformStream);
  assert(stage.readable instanceof ReadableStream);
  assert(stage.writable instanceof WritableStream);
  assertStrictEquals(stage.readable, stage.readable);
  assertStrictEquals(stage.writable, stage.writable);
});
