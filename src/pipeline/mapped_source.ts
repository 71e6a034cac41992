/**
 * A source whose items are made something else.
 *
 * @module
 */

import { quietly } from "./quietly.ts";
import type { IdleEnd, Puller, Source } from "./source.ts";

/** Gives what a function makes of each item of another source. What it throws ends both. */
export class MappedSource<Input, Output> implements Source<Output>, Puller<Input> {
  readonly #source: Source<Input>;
  readonly #map: (input: Input) => Output;
  #puller!: Puller<Output>;
  #failure: { error: unknown } | undefined;

  constructor(source: Source<Input>, map: (input: Input) => Output) {
    this.#source = source;
    this.#map = map;
  }

  pull(puller: Puller<Output>): void {
    this.#puller = puller;
    if (this.#failure) puller.failStep(this.#failure.error);
    else this.#source.pull(this);
  }

  cancel(reason: unknown): void | Promise<void> {
    return this.#source.cancel(reason);
  }

  onIdleEnd(ended: IdleEnd): void {
    this.#source.onIdleEnd?.(ended);
  }

  receive(input: Input): void {
    if (this.#failure) return;
    let output: Output;
    try {
      output = this.#map(input);
    } catch (error) {
      this.#failure = { error };
      quietly(() => this.#source.cancel(error));
      return;
    }
    this.#puller.receive(output);
  }

  endStep(more: boolean): void {
    if (this.#failure) this.#puller.failStep(this.#failure.error);
    else this.#puller.endStep(more);
  }

  failStep(error: unknown): void {
    this.#puller.failStep(this.#failure ? this.#failure.error : error);
  }
}
