import { assert, assertEquals, assertRejects } from "@std/assert";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import { StageError, tenfold, upTo } from "../support/stages.ts";
import { CountingSource, readAll, turns } from "../support/streams.ts";

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
  const first = assertRejects(() => writer.write(1), StageError, "enough");
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
  const told = tenfold();
  const writer = told.stage.writable.getWriter();
  const write = assertRejects(() => writer.write(1), StageError, "enough");
  const close = assertRejects(() => writer.close(), StageError, "enough");
  await turns();
  await told.stage.readable.cancel(new StageError("enough"));
  await write;
  await close;
  assertEquals([told.flushes, told.cancelled.length], [0, 1]);
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
  const write = assertRejects(() => writer.write(1), StageError, "enough");
  await turns();
  const abort = writer.abort(new StageError("gone"));
  await stage.readable.cancel(new StageError("enough"));
  await write;
  await abort;
  assertEquals(cancelled.length, 1);
});

Deno.test("OrderedTransformStream forgets an error that is never read", async () => {
  const { stage, cancelled } = tenfold(1);
  const reader = ReadableStream.from([1, 2]).pipeThrough(stage).getReader();
  assertEquals((await reader.read()).value, 10);
  await turns();
  await reader.cancel("enough");
  assertEquals(cancelled.length, 1);
  assert((await reader.read()).done);
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
  const write = assertRejects(() => writer.write(1), StageError, "enough");
  const closed = assertRejects(() => writer.closed, StageError, "enough");
  await turns();
  await assertRejects(() => left.readable.cancel(new StageError("enough")), TypeError);
  await write;
  await closed;
});

Deno.test("OrderedTransformStream does not cancel what flush has ended, even if it is not read", async () => {
  const told = tenfold();
  const reader = ReadableStream.from([1]).pipeThrough(told.stage).getReader();
  await reader.read();
  await turns();
  await reader.cancel("enough");
  assertEquals([told.flushes, told.cancelled], [1, []]);
});
