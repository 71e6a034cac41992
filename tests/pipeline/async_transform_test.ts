/**
 * Transformers whose steps are async: awaited, in order, errors behind data.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import { identity, StageError, upTo } from "../support/stages.ts";
import { CountingSource, readAll, turns } from "../support/streams.ts";

const PACES: [pace: string, pause: (() => Promise<void>) | undefined][] = [
  ["at once", undefined],
  ["a turn later", () => turns(1)],
];

/** Emits each input ten times with pauses between; the first inputs take the longest. */
function slowTenfold(failsAt?: number): OrderedTransformStream<number, number> {
  return new OrderedTransformStream({
    async transform(input, emit) {
      for (let i = 0; i < 10; i++) {
        if (i % 5 === 0) await turns(Math.max(0, 3 - input));
        emit(input * 10 + i);
      }
      if (input === failsAt) throw new StageError("broken");
    },
  });
}

for (const [pace, pause] of PACES) {
  for (const stages of [1, 3]) {
    const how = `to a reader that reads ${pace} after ${
      stages === 1 ? "one stage" : `${stages} stages`
    }`;

    Deno.test(`an async transform delivers everything in order ${how}`, async () => {
      let readable = ReadableStream.from(upTo(6)).pipeThrough(slowTenfold());
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      assertEquals(await readAll(readable, pause), { items: upTo(60), error: undefined });
    });

    Deno.test(`an async transform delivers everything before its error ${how}`, async () => {
      const source = new CountingSource(upTo(10));
      let readable = source.readable.pipeThrough(slowTenfold(4));
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      const { items, error } = await readAll(readable, pause);
      assertEquals(items, upTo(50));
      assert(error instanceof StageError);
      assertEquals(source.cancelled, [error]);
    });

    Deno.test(`an async transform delivers everything before an error upstream ${how}`, async () => {
      const lost = new StageError("connection reset");
      let readable = new CountingSource(upTo(5), lost).readable.pipeThrough(slowTenfold());
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      const { items, error } = await readAll(readable, pause);
      assertEquals(items, upTo(50));
      assertStrictEquals(error, lost);
    });

    Deno.test(`an async flush delivers what is left, and its error after that, ${how}`, async () => {
      const failing = new OrderedTransformStream<number, number>({
        transform: (input, emit) => emit(input),
        async flush(emit) {
          emit(20);
          await turns(2);
          emit(21);
          throw new StageError("at the end");
        },
      });
      let readable = ReadableStream.from(upTo(20)).pipeThrough(failing);
      for (let i = 1; i < stages; i++) readable = readable.pipeThrough(identity());
      const { items, error } = await readAll(readable, pause);
      assertEquals(items, upTo(22));
      assert(error instanceof StageError);
    });
  }
}

Deno.test("an async transform that only resolves lets the next input come", async () => {
  const stage = new OrderedTransformStream<number, number>({
    async transform(input, emit) {
      await turns(1);
      if (input % 2 === 0) emit(input);
    },
  });
  const { items } = await readAll(ReadableStream.from(upTo(10)).pipeThrough(stage));
  assertEquals(items, [0, 2, 4, 6, 8]);
});

Deno.test("an async transform runs one input at a time, and only when the reader asks", async () => {
  let running = 0;
  let most = 0;
  const inputs: number[] = [];
  const stage = new OrderedTransformStream<number, number>({
    async transform(input, emit) {
      inputs.push(input);
      most = Math.max(most, ++running);
      await turns(2);
      emit(input);
      running--;
    },
  });
  const reader = ReadableStream.from(upTo(10)).pipeThrough(stage).getReader();
  await turns(5);
  assertEquals(inputs, []);
  for (let i = 0; i < 10; i++) {
    assertEquals(await reader.read(), { done: false, value: i });
    await turns(5);
    assertEquals(inputs.length, i + 1);
  }
  assertEquals((await reader.read()).done, true);
  assertEquals(most, 1);
});

Deno.test("a thenable is awaited like a promise", async () => {
  const stage = new OrderedTransformStream<number, number>({
    transform(input, emit) {
      const then = (resolve: () => void) =>
        void turns(1).then(() => {
          emit(input);
          resolve();
        });
      return { then } as unknown as Promise<void>;
    },
  });
  assertEquals((await readAll(ReadableStream.from(upTo(3)).pipeThrough(stage))).items, upTo(3));
});

Deno.test("a reader that cancels during an async transform gets nothing more of it", async () => {
  const gate = Promise.withResolvers<void>();
  const cancelled: unknown[] = [];
  const stage = new OrderedTransformStream<number, number>({
    async transform(input, emit) {
      emit(input);
      await gate.promise;
      emit(input);
      throw new StageError("after the end");
    },
    cancel: (reason) => void cancelled.push(reason),
  });
  const source = new CountingSource(upTo(3));
  const reader = source.readable.pipeThrough(stage).getReader();
  assertEquals(await reader.read(), { done: false, value: 0 });
  await reader.cancel("enough");
  gate.resolve();
  await turns(5);
  assertEquals(cancelled, ["enough"]);
  assertEquals(source.cancelled, ["enough"]);
});

Deno.test("a reader that cancels during an async flush ends the writer as well", async () => {
  const gate = Promise.withResolvers<void>();
  const stage = new OrderedTransformStream<number, number>({
    transform: (input, emit) => emit(input),
    async flush(emit) {
      await gate.promise;
      emit(1);
    },
  });
  const writer = stage.writable.getWriter();
  const reader = stage.readable.getReader();
  const closed = writer.close().catch((error) => error);
  const reading = reader.read();
  await turns(2);
  await reader.cancel("enough");
  gate.resolve();
  assertEquals((await reading).done, true);
  await closed;
});

Deno.test("what an abort overtakes of an async transform is delivered before its reason", async () => {
  const gate = Promise.withResolvers<void>();
  const stage = new OrderedTransformStream<number, number>({
    async transform(input, emit) {
      emit(input);
      await gate.promise;
      emit(input + 1);
    },
  });
  const writer = stage.writable.getWriter();
  const reader = stage.readable.getReader();
  const writing = writer.write(0).catch(() => {});
  assertEquals(await reader.read(), { done: false, value: 0 });
  const aborted = writer.abort("over");
  gate.resolve();
  assertEquals(await reader.read(), { done: false, value: 1 });
  assertStrictEquals(await reader.read().catch((reason) => reason), "over");
  await Promise.all([writing, aborted, writer.closed.catch(() => {})]);
});

Deno.test("what an async cancel rejects with reaches the one who cancels or aborts", async () => {
  const make = () =>
    new OrderedTransformStream<number, number>({
      transform: (input, emit) => emit(input),
      cancel: () => Promise.reject(new StageError("cannot stop")),
    });
  await assertRejects(() => make().readable.cancel("enough"), StageError);
  const { writable } = make();
  await assertRejects(() => writable.abort("over"), StageError);
});
