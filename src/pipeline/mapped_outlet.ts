/**
 * What an outlet gives, as something else.
 *
 * @module
 */

import type { Outlet } from "./outlet.ts";
import type { Source, Step } from "./source.ts";

/** Gives what a function makes of each item of an outlet. */
export class MappedOutlet<Input, Output> implements Source<Output> {
  readonly #outlet: Outlet<Input>;
  readonly #map: (input: Input) => void;
  #emit!: (output: Output) => void;

  constructor(outlet: Outlet<Input>, map: (input: Input) => Output) {
    this.#outlet = outlet;
    this.#map = (input) => this.#emit(map(input));
  }

  pull(emit: (output: Output) => void): boolean | Promise<boolean> {
    this.#emit = emit;
    return this.#outlet.pull(this.#map);
  }

  ask(emit: (output: Output) => void, step: Step): void {
    this.#emit = emit;
    this.#outlet.ask(this.#map, step);
  }

  cancel(reason: unknown): void | Promise<void> {
    return this.#outlet.cancel(reason);
  }
}
