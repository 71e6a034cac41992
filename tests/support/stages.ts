/**
 * Stages that multiply, fail or do nothing, for tests of what is common to all stages.
 *
 * @module
 */

import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";

/** What the tests' stages fail with: a class of its own, to see that it survives. */
export class StageError extends Error {}

/** What a stage was told, besides its input. */
export interface Told {
  inputs: number[];
  flushes: number;
  cancelled: unknown[];
}

/** Makes ten items of each input, and throws behind them when the input is `failsAt`. */
export function tenfold(
  failsAt?: number,
): Told & { stage: OrderedTransformStream<number, number> } {
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

/** Passes everything on as it is. */
export function identity(): OrderedTransformStream<number, number> {
  return new OrderedTransformStream({ transform: (input, emit) => emit(input) });
}

/** 0, 1, 2 and so on, `count` of them. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
