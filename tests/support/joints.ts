/**
 * Pipelines whose stages are joined, and the same ones with an ordinary pipe at some of the joints.
 *
 * @module
 */

import type { Puller, Source } from "../../src/pipeline/source.ts";

/** Gives steps of items, and then ends or fails. */
export class StepSource<T> implements Source<T> {
  /** How many steps have been asked for. */
  pulls = 0;
  readonly cancelled: unknown[] = [];
  readonly #steps: T[][];
  readonly #failure: { error: unknown } | undefined;

  constructor(steps: T[][], failure?: { error: unknown }) {
    this.#steps = [...steps];
    this.#failure = failure;
  }

  pull(puller: Puller<T>): void {
    this.pulls++;
    queueMicrotask(() => this.#step(puller));
  }

  #step(puller: Puller<T>): void {
    const step = this.#steps.shift();
    for (const item of step ?? []) puller.receive(item);
    if (step) puller.endStep(true);
    else if (this.#failure) puller.failStep(this.#failure.error);
    else puller.endStep(false);
  }

  cancel(reason: unknown): void {
    this.cancelled.push(reason);
  }
}

/** All ways to put ordinary pipes at some of `count` joints, the first of which puts none. */
export function waysToJoin(count: number): boolean[][] {
  return Array.from(
    { length: 2 ** count },
    (_, way) => Array.from({ length: count }, (_, joint) => (way >> joint & 1) === 1),
  );
}

/** Pipes a stream through stages, and before those that `ordinary` names through an identity too. */
export function pipe<T>(
  first: ReadableStream<T>,
  stages: TransformStream<T, T>[],
  ordinary: boolean[],
): ReadableStream<T> {
  let readable = first;
  stages.forEach((stage, joint) => {
    if (ordinary[joint]) readable = readable.pipeThrough(new TransformStream<T, T>());
    readable = readable.pipeThrough(stage);
  });
  return readable;
}
