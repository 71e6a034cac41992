/**
 * Stages in a row do the same whether they are joined or piped: each pipeline runs once with all of
 * its stages joined, and once for each way to put an identity `TransformStream` at its joints.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import { SourceStream } from "../../src/pipeline/source_stream.ts";
import { pipe, StepSource, waysToJoin } from "../support/joints.ts";
import { identity, StageError, tenfold, type Told, upTo } from "../support/stages.ts";
import { pipeSlowly, readAll, turns } from "../support/streams.ts";

/** Lets half of what comes pass, after a turn. */
function slowFilter(): OrderedTransformStream<number, number> {
  return new OrderedTransformStream({
    async transform(input, emit) {
      await turns(1);
      if (input % 2 === 0) emit(input);
    },
  });
}

/** Adds two items at the end, and fails then if it is told to. */
function ending(failure?: Error): OrderedTransformStream<number, number> {
  return new OrderedTransformStream({
    transform: (input, emit) => emit(input),
    async flush(emit) {
      emit(1000);
      await turns(1);
      emit(1001);
      if (failure) throw failure;
    },
  });
}

type Stages = OrderedTransformStream<number, number>[];

/** What one run shows of a pipeline. */
interface Run {
  stages: Stages;
  told?: Told[];
}

const LOST = new StageError("connection reset");
const AT_END = new StageError("at the end");

const PIPELINES: Record<string, () => Run> = {
  "stages that pass everything on": () => ({ stages: [identity(), identity(), identity()] }),
  "a stage that makes ten of one": () => {
    const told = tenfold();
    return { told: [told], stages: [told.stage, identity(), identity()] };
  },
  "a first stage that fails": () => {
    const told = tenfold(3);
    return { told: [told], stages: [told.stage, identity(), identity()] };
  },
  "a last stage that fails": () => {
    const told = tenfold(3);
    return { told: [told], stages: [identity(), identity(), told.stage] };
  },
  "stages that are async": () => ({ stages: [slowFilter(), identity(), slowFilter()] }),
  "a stage that has something left": () => ({ stages: [identity(), ending(), identity()] }),
  "a stage that fails at the end": () => ({ stages: [identity(), ending(AT_END), identity()] }),
};

const ENDS = { "ends": undefined, "fails": { error: LOST } };

for (const [name, make] of Object.entries(PIPELINES)) {
  for (const [end, failure] of Object.entries(ENDS)) {
    const steps = () => [upTo(3), [], [3], [4, 5]];

    Deno.test(`joined or piped, ${name} deliver the same of a source that ${end}`, async () => {
      for (const pause of [undefined, () => turns(1)]) {
        const outcomes = [];
        for (const way of waysToJoin(make().stages.length)) {
          const { stages, told = [] } = make();
          const source = new StepSource(steps(), failure);
          const { items, error } = await readAll(
            pipe(new SourceStream(source), stages, way),
            pause,
          );
          await turns();
          for (const { cancelled } of [source, ...told]) {
            for (const reason of cancelled) assertStrictEquals(reason, error);
          }
          outcomes.push({
            ...{ items, error: `${error}`, cancelled: source.cancelled.length },
            told: told.map(({ inputs, flushes, cancelled }) => [inputs, flushes, cancelled.length]),
          });
        }
        for (const outcome of outcomes) assertEquals(outcome, outcomes[0]);
      }
    });

    Deno.test(`joined or piped, ${name} write the same of a source that ${end}`, async () => {
      const outcomes = [];
      for (const way of waysToJoin(make().stages.length)) {
        const source = new StepSource(steps(), failure);
        const readable = pipe(new SourceStream(source), make().stages, way);
        const { items, error, aborted } = await pipeSlowly(readable);
        assertStrictEquals(aborted, error);
        outcomes.push({ items, error: `${error}` });
      }
      for (const outcome of outcomes) assertEquals(outcome, outcomes[0]);
    });
  }

  Deno.test(`joined or piped, ${name} end with the reader`, async () => {
    for (const way of waysToJoin(make().stages.length)) {
      const { stages, told = [] } = make();
      const source = new StepSource([upTo(2), upTo(3), upTo(9)]);
      const reader = pipe(new SourceStream(source), stages, way).getReader();
      await reader.read();
      await reader.cancel(LOST);
      await turns();
      assertEquals((await reader.read()).done, true);
      assertEquals(source.cancelled, [LOST], `${way}`);
      for (const { cancelled, flushes } of told) assertEquals([cancelled, flushes], [[LOST], 0]);
    }
  });
}

Deno.test("joined or piped, stages are locked until the end, and then closed", async () => {
  for (const way of waysToJoin(1)) {
    const source = new SourceStream(new StepSource([[1], [2]]));
    const stage = identity();
    const readable = pipe(source, [stage], way);
    assertEquals([source.locked, stage.writable.locked, readable.locked], [true, true, false]);
    await assertRejects(() => stage.writable.close(), TypeError);
    assertEquals((await readAll(readable)).items, [1, 2]);
    await turns();
    assertEquals([source.locked, stage.writable.locked], [false, false]);
    assertEquals((await source.getReader().read()).done, true);
    await stage.writable.getWriter().closed;
  }
});

Deno.test("joined or piped, stages of which one fails are closed before it, errored after it", async () => {
  for (const way of waysToJoin(2)) {
    const source = new SourceStream(new StepSource([[1], [2]]));
    const { stage } = tenfold(2);
    const last = identity();
    const readable = pipe(source, [stage, last], way);
    const { error } = await readAll(readable);
    await turns();
    assert(error instanceof StageError);
    assertEquals((await source.getReader().read()).done, true);
    for (const { writable } of [stage, last]) {
      assertStrictEquals(await writable.getWriter().closed.catch((reason) => reason), error);
    }
  }
});

Deno.test("joined or piped, stages pull a step at a time, and none before they are read", async () => {
  for (const way of waysToJoin(3)) {
    const pipes = way.filter((isOrdinary) => isOrdinary).length;
    const source = new StepSource(Array.from({ length: 100 }, (_, i) => [i]));
    const stages = [identity(), identity(), identity()];
    const reader = pipe(new SourceStream(source), stages, way).getReader();
    await turns(5);
    // A pipe reads one ahead for what comes after it, and an identity keeps one.
    assert(source.pulls <= 2 * pipes, `${source.pulls} steps without a read, ${way}`);
    for (let read = 1; read <= 10; read++) {
      await reader.read();
      await turns(5);
      assert(source.pulls <= read + 2 * pipes, `${source.pulls} steps for ${read} reads, ${way}`);
    }
    await reader.cancel();
  }
});

Deno.test("a stage that is read before it has a source takes that of the pipe", async () => {
  const stage = identity();
  const reader = stage.readable.getReader();
  const first = reader.read();
  new SourceStream(new StepSource([[1, 2]])).pipeThrough(stage);
  assertEquals((await first).value, 1);
  assertEquals((await reader.read()).value, 2);
  assertEquals((await reader.read()).done, true);
});

Deno.test("a stream that has been read, and a stage that has been written to, are piped", async () => {
  const source = new SourceStream(new StepSource([[1, 2, 3]]));
  const reader = source.getReader();
  assertEquals((await reader.read()).value, 1);
  reader.releaseLock();
  const stage = identity();
  const writer = stage.writable.getWriter();
  const written = writer.write(0);
  writer.releaseLock();
  const { items } = await readAll(source.pipeThrough(stage));
  await written;
  assertEquals(items, [0, 2, 3]);
});

Deno.test("a pipe with options is an ordinary one", async () => {
  const stop = new AbortController();
  const source = new StepSource([[1], [2]]);
  const stage = identity();
  const reader = new SourceStream(source).pipeThrough(stage, { signal: stop.signal }).getReader();
  assertEquals((await reader.read()).value, 1);
  stop.abort(LOST);
  await assertRejects(() => reader.read().then(() => reader.read()), StageError);
  assertEquals(source.cancelled, [LOST]);
});

Deno.test("a stream is joined to a stage but once, as it is piped but once", () => {
  const source = new SourceStream(new StepSource([[1]]));
  const stage = identity();
  source.pipeThrough(stage);
  assertThrows(() => source.pipeThrough(identity()), TypeError);
});

Deno.test("joined or piped, stages end as they do when what ends their source throws", async () => {
  for (const way of waysToJoin(2)) {
    for (const ends of ["a stage that fails", "a reader that leaves"]) {
      const source = new StepSource([[1], [2], [3]]);
      source.cancel = () => {
        throw new TypeError("cannot stop");
      };
      const told = tenfold(2);
      const readable = pipe(new SourceStream(source), [identity(), told.stage], way);
      if (ends === "a stage that fails") {
        assert((await readAll(readable)).error instanceof StageError, `${way}`);
      } else {
        const reader = readable.getReader();
        await reader.read();
        await reader.cancel(LOST);
      }
      await turns();
      assertEquals(told.cancelled.length, 1);
    }
  }
});

Deno.test("what is written in the turn of the pipe comes before what is piped", async () => {
  const stage = identity();
  const writer = stage.writable.getWriter();
  const written = writer.write(0);
  writer.releaseLock();
  const source = new SourceStream(new StepSource([[1], [2]]));
  assertEquals((await readAll(source.pipeThrough(stage))).items, [0, 1, 2]);
  await written;
});

Deno.test("a source is cancelled that is piped into a stage whose reader has left", async () => {
  const source = new StepSource([[1]]);
  const stage = identity();
  await stage.readable.cancel("enough");
  new SourceStream(source).pipeThrough(stage);
  await turns();
  assertEquals(source.cancelled, ["enough"]);
});

Deno.test("a joined stage fails at once, however long its transformer takes to end", async () => {
  const stage = new OrderedTransformStream<number, number>({
    transform() {
      throw new StageError("broken");
    },
    cancel: () => new Promise(() => {}),
  });
  const reader = new SourceStream(new StepSource([[1]])).pipeThrough(stage).getReader();
  await assertRejects(() => reader.read(), StageError);
});

Deno.test("a joined stage whose reader leaves while it fails is cancelled once", async () => {
  const cancelled: unknown[] = [];
  const stage = new OrderedTransformStream<number, number>({
    transform() {
      void reader.cancel("enough");
      throw new StageError("broken");
    },
    cancel: (reason) => void cancelled.push(reason),
  });
  const reader = new SourceStream(new StepSource([[1]])).pipeThrough(stage).getReader();
  assertEquals((await reader.read()).done, true);
  await turns();
  assertEquals(cancelled, ["enough"]);
});

Deno.test("joined or piped, a source that has ended is closed, though a stage after it fails then", async () => {
  for (const way of waysToJoin(2)) {
    const source = new StepSource([[1]]);
    const stream = new SourceStream(source);
    const { error } = await readAll(pipe(stream, [ending(AT_END), identity()], way));
    assertStrictEquals(error, AT_END);
    await turns();
    assertEquals((await stream.getReader().read()).done, true, `${way}`);
    assertEquals(source.cancelled, []);
  }
});

Deno.test("a stage that is written to tells its own error, though its end throws another", async () => {
  for (const fails of ["transform", "flush"] as const) {
    const stage = new OrderedTransformStream<number, number>({
      transform() {},
      [fails]() {
        throw new StageError("broken");
      },
      cancel() {
        throw new TypeError("cannot end");
      },
    });
    const read = assertRejects(() => stage.readable.getReader().read(), StageError);
    const writer = stage.writable.getWriter();
    await assertRejects(
      () => fails === "flush" ? writer.close() : writer.write(1),
      StageError,
    );
    await read;
    await writer.closed.catch(() => {});
  }
});

Deno.test("an item that cannot leave is an error for its reader", async () => {
  const stage = new OrderedTransformStream<number, object>({
    transform: (_, emit) =>
      emit({
        get payload() {
          throw new StageError("no payload");
        },
      }),
  });
  const reader = new SourceStream(new StepSource([[1]])).pipeThrough(stage).getReader();
  await assertRejects(() => reader.read(), StageError);
});

Deno.test("a step of very many inputs is taken without a look at all that wait", async () => {
  const count = 200_000;
  const source = new SourceStream(new StepSource([upTo(count)]));
  let sum = 0;
  for await (const item of source.pipeThrough(identity()).pipeThrough(identity())) sum += item;
  assertEquals(sum, count * (count - 1) / 2);
});
